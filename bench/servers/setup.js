export function readSetup() {
    return JSON.parse(process.argv[2] ?? 'null');
}
