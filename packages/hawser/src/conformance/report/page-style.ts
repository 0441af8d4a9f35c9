export const pageStyle: string = `
:root {
  color-scheme: light dark;
  --back: #fbfbfa; --card: #fff; --line: #dcdad5; --text: #1f1e1c; --soft: #67645e; --accent: #2563a8;
  --pass: #1d7a3e; --fail: #c0281f; --warn: #a26100; --info: #2563a8; --unsupported: #77736c; --mark: #fff3c4; --suite: #e9f1fa; --peer: #eef6ec;
}
@media (prefers-color-scheme: dark) {
  :root {
    --back: #171716; --card: #1f1f1e; --line: #373633; --text: #ecebe8; --soft: #a3a098; --accent: #7db4ee;
    --pass: #5cc27f; --fail: #ff7a6e; --warn: #e8ad4c; --info: #7db4ee; --unsupported: #8d8a83; --mark: #4a3f16; --suite: #1d2a38; --peer: #1f2d20;
  }
}
* { box-sizing: border-box }
html, body { height: 100%; margin: 0 }
body { display: flex; flex-direction: column; background: var(--back); color: var(--text); font: 15px/1.5 system-ui, sans-serif }
header { padding: .9rem 1.2rem .7rem; border-bottom: 1px solid var(--line); background: var(--card) }
.title { display: flex; gap: 1rem; align-items: baseline; flex-wrap: wrap }
h1 { font-size: 1.15rem; margin: 0 }
#subject { margin: 0; color: var(--soft) }
#counts { display: flex; gap: .4rem; flex-wrap: wrap; margin: .7rem 0 }
#counts button { display: flex; gap: .45rem; align-items: center; border: 1px solid var(--line); border-radius: 99px; background: none; color: var(--text); padding: .2rem .75rem; font: inherit; cursor: pointer }
#counts button[aria-pressed=false] { opacity: .42 }
.dot { width: .65rem; height: .65rem; border-radius: 50%; flex: none; display: inline-block }
.pass { background: var(--pass) } .fail { background: var(--fail) } .warn { background: var(--warn) } .info { background: var(--info) } .unsupported { background: var(--unsupported) }
.tools { display: flex; gap: .5rem; flex-wrap: wrap }
.tools input, .tools select, .tools button, .button { font: inherit; color: inherit; background: var(--back); border: 1px solid var(--line); border-radius: 6px; padding: .3rem .6rem }
.tools input[type=search] { flex: 1 1 16rem; min-width: 0 }
.tools select { max-width: 15rem } .button, .tools button { cursor: pointer }
.button:focus-within, button:focus-visible, input:focus-visible, select:focus-visible, nav:focus-visible, summary:focus-visible { outline: 2px solid var(--accent); outline-offset: 1px }
#comparison { margin: .6rem 0 0; color: var(--soft) }
main { flex: 1; min-height: 0; display: grid; grid-template-columns: minmax(18rem, 25rem) 1fr }
nav { overflow: auto; border-right: 1px solid var(--line) }
nav h2 { position: sticky; top: 0; margin: 0; padding: .35rem 1.2rem; font-size: .78rem; letter-spacing: .03em; color: var(--soft); background: var(--back); border-bottom: 1px solid var(--line) }
nav button { display: flex; gap: .6rem; align-items: center; width: 100%; border: 0; background: none; color: inherit; font: inherit; text-align: left; padding: .28rem 1.2rem; cursor: pointer; content-visibility: auto; contain-intrinsic-size: auto 1.9rem }
nav button:hover { background: var(--card) } nav button[aria-current=true] { background: var(--suite) }
nav button span:nth-child(2) { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; flex: 1 }
.change { font-size: .75rem; border-radius: 4px; padding: 0 .35rem; background: var(--mark); white-space: nowrap }
article { overflow: auto; padding: 1.2rem 1.6rem 3rem }
article h2 { margin: 0 0 .3rem; font-size: 1.15rem; overflow-wrap: anywhere }
.why { margin: 0 0 1rem; max-width: 46rem }
.facts { display: grid; grid-template-columns: max-content 1fr; gap: .15rem 1rem; margin: 0 0 1.4rem } .facts dt { color: var(--soft) } .facts dd { margin: 0; overflow-wrap: anywhere }
.verdict { display: inline-flex; gap: .45rem; align-items: center; font-weight: 600 }
.lanes { display: grid; grid-template-columns: minmax(4.6rem, max-content) 1fr 1fr; max-width: 62rem; font-size: .88rem }
.lanes > .lane { color: var(--soft); font-weight: 600; padding: 0 .6rem .4rem } .lanes > .lane + .lane { text-align: right }
.at { color: var(--soft); font-variant-numeric: tabular-nums; text-align: right; white-space: nowrap; padding: .3rem .7rem 0 0; border-right: 2px solid var(--line) }
.event { grid-column: 2 / 4; padding: .18rem .6rem; display: flex; border-right: 2px solid var(--line) } .event.peer { justify-content: flex-end }
.bubble { max-width: 82%; border-radius: 8px; padding: .25rem .7rem; background: var(--suite); overflow-wrap: anywhere } .event.peer .bubble { background: var(--peer) }
.event .bubble.quiet, .event.peer .bubble.quiet { background: none; color: var(--soft); font-style: italic; padding-inline: 0 }
summary { cursor: pointer } pre { margin: .4rem 0 .2rem; font: 12px/1.5 ui-monospace, monospace; overflow: auto; white-space: pre; max-width: 100% }
.none { padding: 2rem 1.2rem; color: var(--soft) }
@media (max-width: 48rem) { html, body { height: auto } main { display: block } nav { max-height: 45vh; border-right: 0; border-bottom: 1px solid var(--line) } article { padding-inline: 1rem } }
`
