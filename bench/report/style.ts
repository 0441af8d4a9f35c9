export const style = `
:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif; --line: color-mix(in srgb, currentColor 16%, transparent) }
body { max-width: 920px; margin: 2rem auto; padding: 0 1rem }
h1 { margin: 0; font-size: 1.7rem } h2 { margin: 2.5rem 0 0.5rem; padding-top: 0.5rem; border-top: 1px solid var(--line) }
h3 { margin: 1.6rem 0 0; font-size: 1rem }
p { margin: 0.3rem 0 } header p { opacity: 0.8; overflow-wrap: anywhere }
nav { display: flex; flex-wrap: wrap; gap: 0.2rem 1.2rem; margin: 0.8rem 0 }
a { color: light-dark(#1560a8, #7ab8f0); text-decoration: none } a:hover { text-decoration: underline }
.wide { overflow-x: auto; margin: 0.4rem 0 }
table { border-collapse: collapse; width: 100%; font-size: 13px; font-variant-numeric: tabular-nums }
th, td { text-align: right; padding: 3px 8px; border-bottom: 1px solid var(--line); white-space: nowrap }
th:first-child, td:first-child { text-align: left; padding-left: 0 }
td:first-child { white-space: normal; min-width: 11rem }
svg { display: block; width: 100%; min-width: 36rem; height: auto; font: 12px system-ui, sans-serif; fill: currentColor }
.verdict { font-size: 13px }
.over { color: light-dark(#b3261e, #f28b82); font-weight: 600 } .held { color: light-dark(#1d7a3e, #81c995); font-weight: 600 }
summary { cursor: pointer; font-size: 13px; opacity: 0.8 }
code { font-size: 0.9em }
`
