/** Evaluated in the page: the elements with text of their own whose contrast with their background is below 4.5. */
;(() => {
  /** @param {string} color */
  const parse = (color) => (color.match(/[\d.]+/g) ?? []).map(Number)
  /** @param {number[]} color */
  const luminance = ([red = 0, green = 0, blue = 0]) => {
    const part = (/** @type {number} */ value) => (value / 255 <= 0.03928 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4)
    return 0.2126 * part(red) + 0.7152 * part(green) + 0.0722 * part(blue)
  }
  /** @param {Element} start */
  const background = (start) => {
    for (let node = /** @type {Element | null} */ (start); node !== null; node = node.parentElement) {
      const color = parse(getComputedStyle(node).backgroundColor)
      if (color.length < 4 || (color[3] ?? 0) > 0) return color
    }
    return [255, 255, 255]
  }
  const poor = []
  for (const node of document.querySelectorAll('body *')) {
    const hasText = [...node.childNodes].some((child) => child.nodeType === Node.TEXT_NODE && child.textContent?.trim() !== '')
    if (!hasText || node.matches(':disabled, script, style, noscript') || !node.checkVisibility()) continue
    const [text, below] = [luminance(parse(getComputedStyle(node).color)), luminance(background(node))]
    const ratio = (Math.max(text, below) + 0.05) / (Math.min(text, below) + 0.05)
    if (ratio < 4.5) poor.push(`${node.tagName} ${node.className} ${ratio.toFixed(2)}`)
  }
  return poor
})()
