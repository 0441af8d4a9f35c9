/** The element with this id, which index.html has. @param {string} id */
export function element(id) {
  const found = document.getElementById(id)
  if (found === null) throw new Error(`index.html has no element with the id ${id}`)
  return found
}

/** @param {string} id */
export function field(id) {
  return /** @type {HTMLInputElement | HTMLTextAreaElement} */ (element(id))
}

/** @param {string} id */
export function button(id) {
  return /** @type {HTMLButtonElement} */ (element(id))
}

/**
 * A new element. Text is set as text, never as markup: most of it comes from a peer.
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {string} [text]
 * @param {string} [className]
 */
export function make(tag, text, className) {
  const node = document.createElement(tag)
  if (text !== undefined) node.textContent = text
  if (className !== undefined) node.className = className
  return node
}
