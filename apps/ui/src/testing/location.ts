// For tests of browser code in Node: import it before any module that calls the API.
Object.assign(globalThis, { location: new URL('http://localhost/ui/') });
