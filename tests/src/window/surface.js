// What a script that had found its way into the page would try. Runs in the page of the built
// program; answers with one word for each attempt.
const done = arguments[arguments.length - 1];
const [elsewhere, commands] = arguments;

const refusedBy = (name, attempt, wait = 3000) => new Promise((resolve) => {
    // Either the policy says that it stopped it, or nobody did.
    const told = (event) => {
        if (event.effectiveDirective.startsWith(name)) finish(`stopped by ${name}`);
    };
    const finish = (word) => {
        document.removeEventListener('securitypolicyviolation', told);
        resolve(word);
    };
    document.addEventListener('securitypolicyviolation', told);
    setTimeout(() => finish('not stopped'), wait);
    try {
        Promise.resolve(attempt()).catch(() => {});
    } catch (error) {
        // Thrown and reported: the report says which.
    }
});

const element = (name, members) => {
    const made = Object.assign(document.createElement(name), members);
    document.body.append(made);
    return made;
};

const thrown = (attempt) => {
    try {
        attempt();
        return 'ran';
    } catch (error) {
        return error.name;
    }
};

const asked = async (name, input) => {
    try {
        await window.__TAURI_INTERNALS__.invoke(name, { input });
        return 'answered';
    } catch (error) {
        if (typeof error === 'object' && error !== null && 'code' in error) return 'answered';
        return String(error).includes('not allowed') || String(error).includes('not found')
            ? 'denied' : `said ${JSON.stringify(error)}`;
    }
};

(async () => {
    const found = {};
    found['eval'] = thrown(() => eval('1'));
    found['new Function'] = thrown(() => new Function('return 1')());
    found['a timer made of text'] = await refusedBy('script-src', () => setTimeout('window.ran = 1', 0));
    found['a script in the page'] = await refusedBy('script-src', () => element('script', { textContent: 'window.ran = 1' }));
    found['a script from elsewhere'] = await refusedBy('script-src', () => element('script', { src: `${elsewhere}/x.js` }));
    found['a handler in an attribute'] = await refusedBy('script-src', () => {
        const button = element('button', {});
        button.setAttribute('onclick', 'window.ran = 1');
        button.click();
        button.remove();
    });
    found['a style in the page'] = await refusedBy('style-src', () => element('style', { textContent: 'body { display: none }' }));
    found['a request'] = await refusedBy('connect-src', () => fetch(`${elsewhere}/`, { mode: 'no-cors' }));
    found['a beacon'] = await refusedBy('connect-src', () => navigator.sendBeacon(`${elsewhere}/`, 'x'));
    found['a socket'] = await refusedBy('connect-src', () => new WebSocket(elsewhere.replace('http', 'ws')));
    found['a picture'] = await refusedBy('img-src', () => element('img', { src: `${elsewhere}/x.png` }));
    found['a frame'] = await refusedBy('frame-src', () => element('iframe', { src: `${elsewhere}/` }));
    found['an object'] = await refusedBy('object-src', () => element('object', { data: `${elsewhere}/x` }));
    found['a worker'] = await refusedBy('worker-src', () => new Worker(URL.createObjectURL(new Blob(['1']))));
    found['a form'] = await refusedBy('form-action', () => element('form', { action: `${elsewhere}/`, method: 'post' }).submit());
    found['another base'] = await refusedBy('base-uri', () => document.head.append(Object.assign(document.createElement('base'), { href: `${elsewhere}/` })));
    found['what ran'] = String(window.ran ?? 'nothing');
    found['a window'] = window.open(`${elsewhere}/`) === null ? 'none' : 'opened';
    found['the prototype'] = Object.isFrozen(Object.prototype) ? 'frozen' : 'open';
    found['the whole bridge'] = typeof window.__TAURI__;
    const here = location.href;
    location.assign(`${elsewhere}/`);
    for (const name of commands) found[name] = await asked(name, { nonsense: true });
    found['another page'] = location.href === here ? 'not gone to' : location.href;
    done(found);
})();
