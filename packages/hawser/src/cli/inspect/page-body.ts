/** The page's markup: what stands there before the script fills it. */
export const pageBody: string = String.raw`
<a class="skip" href="#wire-title">Skip to the bytes on the wire</a>
<header>
  <h1>hawser</h1>
  <p class="lead">Open a WebSocket connection from this page and read its opening handshake: the field lines as they were on the wire,
    which a browser hides from scripts, and what each of them means.</p>
  <dl class="facts">
    <div><dt>Server</dt><dd id="server-url"></dd></div>
    <div><dt>It answers with</dt><dd id="server-mode"></dd></div>
    <div><dt>Subprotocols it declares</dt><dd id="server-subprotocols"></dd></div>
    <div><dt>Origins it allows</dt><dd id="server-origins"></dd></div>
  </dl>
</header>
<main>
  <div class="column actions">
    <section aria-labelledby="connect-title">
      <h2 id="connect-title">Connect</h2>
      <form id="connect-form" novalidate>
        <div class="row">
          <label for="path">Path and query</label>
          <input type="text" id="path" value="/" autocomplete="off" spellcheck="false" aria-describedby="path-hint">
          <p class="hint" id="path-hint">The page adds inspect= and a random id, by which it finds its own handshake again.</p>
        </div>
        <div class="row">
          <label for="subprotocols">Subprotocols to offer, the preferred one first</label>
          <input type="text" id="subprotocols" autocomplete="off" spellcheck="false" aria-describedby="subprotocols-hint">
          <p class="hint" id="subprotocols-hint">Separated by commas; empty to offer none. Try also one that the server does not declare.</p>
          <div class="chips" id="chips" role="group" aria-label="Fill in subprotocols"></div>
        </div>
        <div class="row">
          <label for="origin">Origin</label>
          <input type="text" id="origin" readonly aria-describedby="origin-hint">
          <p class="hint" id="origin-hint">The browser sends it by itself; no script can change it.</p>
        </div>
        <div class="bar">
          <button class="primary" id="connect">Connect</button>
          <span class="state" id="state" role="status" data-state="CLOSED">CLOSED</span>
        </div>
        <p class="problem" id="connect-problem" role="alert"></p>
      </form>
    </section>
    <section aria-labelledby="send-title">
      <h2 id="send-title">Send</h2>
      <form id="send-form" novalidate>
        <label for="message">Message</label>
        <textarea id="message" spellcheck="false" aria-describedby="message-hint">Hello</textarea>
        <p class="hint" id="message-hint">Ctrl + Enter sends.</p>
        <fieldset>
          <legend class="skip">Type of message</legend>
          <div class="choices">
            <label><input type="radio" name="type" value="text" checked> Text</label>
            <label><input type="radio" name="type" value="binary"> Binary, in hexadecimal</label>
          </div>
        </fieldset>
        <button class="primary" id="send" disabled>Send</button>
        <p class="problem" id="send-problem" role="alert"></p>
      </form>
    </section>
    <section aria-labelledby="close-title">
      <h2 id="close-title">Close</h2>
      <form id="close-form" novalidate>
        <div class="code-and-reason row">
          <div><label for="code">Close code</label><input type="text" inputmode="numeric" id="code" value="1000" autocomplete="off" aria-describedby="close-hint"></div>
          <div><label for="reason">Close reason</label><input type="text" id="reason" value="done" autocomplete="off" aria-describedby="close-hint"></div>
        </div>
        <p class="hint row" id="close-hint">A page may send 1000 or 3000 to 4999, and a reason of at most 123 bytes; with an empty code the Close frame is empty.</p>
        <button id="close" disabled>Close</button>
        <p class="problem" id="close-problem" role="alert"></p>
      </form>
    </section>
  </div>
  <div class="column">
    <section aria-labelledby="timeline-title">
      <h2 id="timeline-title">Timeline</h2>
      <p class="empty" id="timeline-empty">Nothing yet. Connect to begin.</p>
      <ol class="log" id="timeline" role="log" aria-live="polite" aria-labelledby="timeline-title" tabindex="0" hidden></ol>
    </section>
    <section aria-labelledby="wire-title">
      <h2 id="wire-title" tabindex="-1">On the wire</h2>
      <p class="empty" id="wire-empty">The request and the response of the opening handshake appear here, line by line.</p>
      <div id="wire" hidden>
        <p class="verdict" id="verdict" role="status"></p>
        <h3 id="request-title">Request, as the browser sent it</h3>
        <ol class="wire" id="request" aria-labelledby="request-title"></ol>
        <details><summary>Exact bytes of the request</summary><pre id="request-raw"></pre></details>
        <h3 id="response-title">Response, as the server sent it</h3>
        <ol class="wire" id="response" aria-labelledby="response-title"></ol>
        <div id="content" hidden><h3>Content of the response</h3><pre id="content-text"></pre></div>
        <details><summary>Exact bytes of the response</summary><pre id="response-raw"></pre></details>
        <div id="accept" hidden>
          <h3>From Sec-WebSocket-Key to Sec-WebSocket-Accept</h3>
          <ol class="steps" id="accept-steps"></ol>
        </div>
      </div>
    </section>
  </div>
</main>
<noscript><p class="lead">This page opens connections by script, so it needs JavaScript.</p></noscript>
`
