var __rewriteRelativeImportExtension = (this && this.__rewriteRelativeImportExtension) || function (path, preserveJsx) {
    if (typeof path === "string" && /^\.\.?\//.test(path)) {
        return path.replace(/\.(tsx)$|((?:\.d)?)((?:\.[^./]+?)?)\.([cm]?)ts$/i, function (m, tsx, d, ext, cm) {
            return tsx ? preserveJsx ? ".jsx" : ".js" : d && (!ext || !cm) ? m : (d + ext + "." + cm.toLowerCase() + "js");
        });
    }
    return path;
};
import { answer } from '../channel.js';
import { usageCommands } from '../process-usage.js';
import { readSetup } from './setup.js';
const setup = readSetup();
const { serve, permessageDeflate } = (await import(__rewriteRelativeImportExtension(setup.hawser)));
const everyone = new Set();
const limits = { message: setup.maxMessage, sendBuffer: 4 * setup.maxMessage };
const extensions = setup.deflate ? [permessageDeflate()] : [];
const where = { port: 0, host: '127.0.0.1', backlog: 4096, ...(setup.tls === undefined ? {} : { tls: setup.tls }) };
const server = setup.mode === 'echo'
    ? await serve({
        ...where,
        limits,
        extensions,
        message(socket, data) {
            socket.send(data);
        },
    })
    : await serve({
        ...where,
        limits,
        extensions,
        open(socket) {
            everyone.add(socket);
        },
        close(socket) {
            everyone.delete(socket);
        },
        message(_, data) {
            for (let i = 0; i < setup.burst; i++)
                for (const socket of everyone)
                    socket.send(data);
        },
    });
answer({ port: server.port }, usageCommands);
