/** Elements of the page. What a peer sent is never markup: text reaches the page through textContent alone. */

/** @import { Verdict } from '../result.ts' */

/**
 * @template {HTMLElement} T
 * @param {string} id
 * @param {new () => T} type
 * @returns {T}
 */
export function byId(id, type) {
  const found = document.getElementById(id)
  if (found instanceof type) return found
  throw new Error(`the page has no ${id}`)
}

/**
 * @param {string} tag
 * @param {Record<string, unknown>} properties
 * @param {(Node | string | undefined)[]} children
 * @returns {HTMLElement}
 */
export function element(tag, properties, ...children) {
  const made = Object.assign(document.createElement(tag), properties)
  made.append(...children.filter((child) => child !== undefined))
  return made
}

/** @param {Verdict | 'none'} kind */
export function dot(kind, title = /** @type {string} */ (kind)) {
  return element('span', { className: `dot ${kind}`, title })
}
