/** Names modules by their import path and pages by their heading, and points links to files outside the site to the repository. */
import { cpSync, existsSync, statSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { Application, Converter, DefaultTheme, ReflectionKind, StructureRouter } from 'typedoc'
import { documents, entryPoints, root } from './contents.mjs'

const repository = 'https://github.com/hawser-ws/hawser'

/** The document of each page. */
const sources = new WeakMap()

/** Pages at `guide.html`, entry points at `api/hawser.testing.html`, what they export at `api/hawser.testing/pair.html`. */
class SiteRouter extends StructureRouter {
  getIdealBaseName(reflection) {
    if (sources.has(reflection)) return sources.get(reflection).name.toLowerCase()
    // On some file systems `hawser/Subprotocols` and `hawser/subprotocols` are one file.
    const specifier = this.getUrlSafeName(moduleOf(reflection)?.name.replaceAll('/', '.') ?? '')
    return reflection.kindOf(ReflectionKind.Module) ? `api/${specifier}` : `api/${specifier}/${this.getUrlSafeName(reflection.name)}`
  }
}

function moduleOf(reflection) {
  return reflection === undefined || reflection.kindOf(ReflectionKind.Module) ? reflection : moduleOf(reflection.parent)
}

/** Lists pages and entry points in one list, and groups only the exports of an entry point. */
class SiteTheme extends DefaultTheme {
  buildNavigation(project) {
    return super.buildNavigation(project).flatMap((entry) => (entry.path === undefined ? (entry.children ?? []) : [entry]))
  }
}

const readme = join(root, 'README.md')
/** The picture in the readme, which the site has at the same place: it loads nothing from elsewhere. */
const picture = join(root, 'docs/page.png')
const isPage = (path) => path === readme || documents.some((one) => one.path === path)

/** The parts of a page with relative links to files outside the site made absolute. */
function withRepositoryLinks(parts, from) {
  return parts.map((part) => {
    if (part.kind !== 'relative-link') return part
    const [path, anchor] = part.text.split('#')
    const target = resolve(dirname(from), decodeURI(path))
    if (isPage(target) || target === picture) return part
    if (!existsSync(target)) throw new Error(`${relative(root, from)} refers to ${part.text}, which is not there`)
    const kind = statSync(target).isDirectory() ? 'tree' : 'blob'
    return { kind: 'text', text: `${repository}/${kind}/main/${relative(root, target)}${anchor === undefined ? '' : `#${anchor}`}` }
  })
}

/** Links the error class that `@throws` begins with. */
function linkErrors(project) {
  const classes = new Map(project.getReflectionsByKind(ReflectionKind.Class).map((one) => [one.name, one]))
  for (const { comment } of Object.values(project.reflections)) {
    for (const { content } of comment?.getTags('@throws') ?? []) {
      const [first] = content
      const [name = ''] = first?.kind === 'text' ? (/^\w+/.exec(first.text) ?? []) : []
      const target = classes.get(name)
      if (target === undefined) continue
      first.text = first.text.slice(name.length)
      content.unshift({ kind: 'inline-tag', tag: '@link', text: name, target })
    }
  }
}

/** Members that need a docstring. That of a method, an accessor or a constructor belongs to its signature. */
const { Property, EnumMember, GetSignature, ConstructorSignature, CallSignature, Method, TypeLiteral } = ReflectionKind
const memberKinds = Property | EnumMember | GetSignature | ConstructorSignature | CallSignature

/** Warns of each member of an export that has no docstring: TypeDoc's `requiredToBeDocumented` would also ask for those that need none. */
function checkMembers(app, project) {
  for (const reflection of Object.values(project.reflections)) {
    if (!reflection.kindOf(memberKinds) || reflection.hasComment()) continue
    if (reflection.kindOf(CallSignature) && !reflection.parent.kindOf(Method)) continue
    if (isLiteral(reflection) || isDescribedByOwner(reflection) || isUndeclared(reflection)) continue
    const [{ fileName, line }] = reflection.sources
    app.logger.warn(`${reflection.getFriendlyFullName()} has no docstring (${fileName}:${line})`)
  }
}

/** `ok: true` and the like, which tell the members of a union apart, and the name of an error. */
const isLiteral = (reflection) => reflection.kindOf(Property) && reflection.type?.type === 'literal'

/** A member of an object type that has no name: the docstring of the function, union or property with that type describes it. */
const isDescribedByOwner = ({ parent }) => (parent.kindOf(Method) ? parent.parent : parent).kindOf(TypeLiteral)

/** A member that a class has without declaring it: the implied constructor, and members of a class of the runtime. */
const isUndeclared = ({ sources }) => !sources?.some(({ fileName }) => !fileName.includes('node_modules/'))

/** @param {import('typedoc').Application} app */
export function load(app) {
  app.renderer.postRenderAsyncJobs.push(async ({ outputDirectory }) => cpSync(picture, join(outputDirectory, relative(root, picture))))
  app.renderer.defineRouter('hawser', SiteRouter)
  app.renderer.defineTheme('hawser', SiteTheme)

  // A file that is no page of the site would be copied into it.
  const beforeReadme = 1000
  app.converter.on(
    Converter.EVENT_BEGIN,
    ({ project: { files } }) => {
      const register = files.register.bind(files)
      files.register = (source, link) => (isPage(resolve(dirname(source), link.split('#')[0])) ? register(source, link) : undefined)
    },
    beforeReadme,
  )

  app.converter.on(Converter.EVENT_CREATE_DOCUMENT, (_context, page) => {
    const source = documents.find(({ path }) => path.slice(root.length, -'.md'.length) === page.name)
    sources.set(page, source)
    page.name = source.title
    page.frontmatter['group'] = source.group
    page.content = withRepositoryLinks(page.content, source.path)
  })

  app.converter.on(Converter.EVENT_RESOLVE_BEGIN, (context) => {
    const { project } = context
    if (project.readme !== undefined) project.readme = withRepositoryLinks(project.readme, readme)
    for (const module of project.getChildrenByKind(ReflectionKind.Module)) {
      const source = context.getSymbolFromReflection?.(module)?.declarations?.[0]?.getSourceFile().fileName
      const entry = entryPoints.find((one) => one.source === source)
      if (entry !== undefined) module.name = entry.specifier
    }
    linkErrors(project)
  })

  app.on(Application.EVENT_VALIDATE_PROJECT, (project) => checkMembers(app, project))
}
