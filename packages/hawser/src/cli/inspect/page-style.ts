/** The style sheet of the page, inlined there. */
export const pageStyle: string = String.raw`
:root {
  color-scheme: light dark;
  --ground: #f5f6f3; --panel: #ffffff; --ink: #1a232d; --soft: #55616d; --line: #d5dadd; --field: #8a949d;
  --accent: #0a5a78; --on-accent: #ffffff; --mark: #e4f0f4; --good: #1c6b3a; --bad: #a32a22; --warn: #7a5200;
  --mono: ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #10161c; --panel: #182129; --ink: #e5e9ec; --soft: #a3afb9; --line: #2e3a44; --field: #6b7a86;
    --accent: #79cbe6; --on-accent: #08222c; --mark: #1b333d; --good: #7fd69c; --bad: #ff9d94; --warn: #f0c36d;
  }
}
*, *::before, *::after { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink); font: 1rem/1.5 system-ui, "Segoe UI", "DejaVu Sans", sans-serif; }
header, main { max-width: 84rem; margin: 0 auto; padding: 0 1.25rem; }
header { padding-top: 1.5rem; padding-bottom: 1rem; }
h1 { margin: 0; font-size: 1.75rem; letter-spacing: -0.01em; }
h2 { margin: 0 0 .75rem; font-size: 1.2rem; }
h3 { margin: 1.25rem 0 .5rem; font-size: 1rem; }
p { margin: .25rem 0; }
a { color: var(--accent); }
.lead { max-width: 60rem; color: var(--soft); }
.facts { display: flex; flex-wrap: wrap; gap: .25rem 1.75rem; margin: .75rem 0 0; }
.facts div { display: flex; gap: .5rem; min-width: 0; }
.facts dt { color: var(--soft); }
.facts dd { margin: 0; font-family: var(--mono); font-size: .925rem; overflow-wrap: anywhere; }
main { display: grid; gap: 1.25rem; padding-bottom: 3rem; align-items: start; }
@media (min-width: 62rem) { main { grid-template-columns: minmax(20rem, 27rem) minmax(0, 1fr); } }
@media (min-width: 62rem) and (min-height: 56rem) { .actions { position: sticky; top: 1rem; } }
.column { display: grid; gap: 1.25rem; min-width: 0; }
section { background: var(--panel); border: 1px solid var(--line); border-radius: .6rem; padding: 1.1rem 1.25rem 1.25rem; min-width: 0; }
label, legend { display: block; font-weight: 600; font-size: .925rem; padding: 0; }
fieldset { border: 0; margin: 0; padding: 0; min-width: 0; }
.row { margin-bottom: .85rem; }
.hint { color: var(--soft); font-size: .875rem; margin: .2rem 0 0; }
.hint.row { margin-bottom: .85rem; }
input[type=text], input[type=number], textarea {
  width: 100%; margin-top: .2rem; padding: .45rem .6rem; border: 1px solid var(--field); border-radius: .35rem;
  background: var(--ground); color: var(--ink); font: .95rem/1.4 var(--mono);
}
textarea { resize: vertical; min-height: 4.5rem; }
.choices { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; margin: .6rem 0 .85rem; }
.choices label { display: flex; align-items: center; gap: .4rem; font-weight: 400; }
.code-and-reason { display: grid; grid-template-columns: 6.5rem minmax(0, 1fr); gap: .75rem; }
button { font: inherit; font-weight: 600; padding: .45rem 1rem; border-radius: .35rem; border: 1px solid var(--accent); background: var(--panel); color: var(--accent); cursor: pointer; }
button.primary { background: var(--accent); color: var(--on-accent); }
button:disabled { opacity: .5; cursor: not-allowed; }
.chips { display: flex; flex-wrap: wrap; gap: .4rem; margin-top: .45rem; }
.chips button { font: .85rem/1.4 var(--mono); padding: .15rem .6rem; border-radius: 1rem; font-weight: 400; border-color: var(--field); }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
.bar { display: flex; flex-wrap: wrap; align-items: center; gap: .75rem; }
.state { font: 600 .875rem/1.5 var(--mono); padding: .1rem .6rem; border-radius: 1rem; border: 1px solid currentColor; color: var(--soft); }
.state[data-state=OPEN] { color: var(--good); }
.state[data-state=CONNECTING], .state[data-state=CLOSING] { color: var(--warn); }
.problem { color: var(--bad); margin: .5rem 0 0; }
.problem:empty { display: none; }
.log { list-style: none; margin: 0; padding: 0; max-height: 26rem; overflow-y: auto; }
.log li { display: grid; grid-template-columns: 6.4rem minmax(0, 1fr); gap: .75rem; padding: .45rem 0; border-top: 1px solid var(--line); }
.log li:first-child { border-top: 0; }
.log time { color: var(--soft); font: .8rem/1.9 var(--mono); }
.log .what { font-weight: 600; }
.log .good .what { color: var(--good); }
.log .bad .what { color: var(--bad); }
.log code, .wire code, .steps code, pre { font: .875rem/1.55 var(--mono); overflow-wrap: anywhere; white-space: pre-wrap; }
.empty { color: var(--soft); }
.verdict { margin: 0 0 .25rem; padding: .7rem .9rem; border-left: .3rem solid var(--soft); background: var(--mark); border-radius: 0 .35rem .35rem 0; }
.verdict.good { border-color: var(--good); }
.verdict.bad { border-color: var(--bad); }
.wire { list-style: none; margin: 0; padding: 0; border-top: 1px solid var(--line); }
.wire li { display: grid; gap: .1rem 1.5rem; padding: .5rem 0; border-bottom: 1px solid var(--line); }
@media (min-width: 75rem) { .wire li { grid-template-columns: minmax(0, 5fr) minmax(0, 6fr); } }
.wire .name { color: var(--accent); font-weight: 600; }
.wire .note { margin: 0; font-size: .925rem; }
.wire .other .name { color: var(--soft); font-weight: 400; }
.wire .other code, .wire .other .note { color: var(--soft); }
.cite { font-size: .875rem; white-space: nowrap; }
.steps { display: grid; gap: .5rem; margin: 0; padding-left: 1.25rem; }
.steps .check { font-weight: 600; }
.good-text { color: var(--good); }
.bad-text { color: var(--bad); }
details { margin-top: .75rem; }
summary { cursor: pointer; color: var(--accent); }
pre { margin: .5rem 0 0; padding: .7rem .9rem; background: var(--ground); border: 1px solid var(--line); border-radius: .35rem; }
pre i { font-style: normal; color: var(--soft); opacity: .75; }
.skip { position: absolute; left: -99rem; }
.skip:focus { left: 1rem; top: .5rem; background: var(--panel); padding: .3rem .6rem; z-index: 1; }
[hidden] { display: none !important; }
`
