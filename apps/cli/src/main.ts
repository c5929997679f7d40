console.log('9volt');
