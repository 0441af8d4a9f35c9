/** The load generator, a process of its own. */
import { answer } from '../channel.js';
import { BroadcastLoad, EchoLoad } from './echo.js';
import { handshakes } from './handshakes.js';
import { Link } from './link.js';
import { listen } from './peer.js';
import { verify } from './verify.js';
const groups = new Map();
function groupOf(name) {
    const group = groups.get(name);
    if (group === undefined)
        throw new Error(`no connections ${name}`);
    return group;
}
answer('ready', {
    /** @returns the extensions the last 101 agreed to. */
    async open({ group, target, count }) {
        const links = [];
        let extensions = '';
        while (links.length < count) {
            const some = Array.from({ length: Math.min(128, count - links.length) }, (_, i) => Link.open(target, links.length + i));
            for (const { link, head } of await Promise.all(some)) {
                links.push(link);
                extensions = /^sec-websocket-extensions: *(.*)$/im.exec(head)?.[1]?.trim() ?? '';
            }
        }
        groups.set(group, { links });
        return extensions;
    },
    verify({ group, work, floor }) {
        return verify(groupOf(group).links[0], work, floor);
    },
    prepareEcho({ group, work, floor }) {
        const it = groupOf(group);
        it.load = new EchoLoad(it.links, work, floor);
    },
    prepareBroadcast({ group, size, burst }) {
        const it = groupOf(group);
        it.load = new BroadcastLoad(it.links, size, burst);
    },
    run({ group, durationMs }) {
        const { load } = groupOf(group);
        if (load === undefined)
            throw new Error(`nothing prepared for ${group}`);
        return load.run(durationMs);
    },
    handshakes({ target, count, atOnce }) {
        return handshakes(target, count, atOnce);
    },
    async close({ group }) {
        const { links } = groupOf(group);
        groups.delete(group);
        await Promise.all(links.map((link) => {
            link.own(undefined);
            return new Promise((resolve) => {
                link.socket.once('close', resolve);
                // A reset leaves no TIME_WAIT behind; TLS sockets cannot be reset.
                if (link.secure)
                    link.socket.destroy();
                else
                    link.socket.resetAndDestroy();
            });
        }));
    },
    listen({ size, inFlight }) {
        return listen(size, inFlight);
    },
});
