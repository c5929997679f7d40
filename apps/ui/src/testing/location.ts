// Where Node tests what a browser runs: to be imported before what asks the API.
Object.assign(globalThis, { location: new URL('http://localhost/ui/') });
