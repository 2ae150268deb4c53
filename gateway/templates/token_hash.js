// The keyed hash of a bearer token, for the log: two requests with one token can be told to belong together, and the
// token cannot be read out of it. The key is the gateway's own, and lives for one day (gateway/run.py).

import crypto from 'crypto';

const DIGITS = 16;

function hash(r) {
    const sent = /^bearer\s+(\S+)/i.exec(r.headersIn['Authorization'] || '');
    if (!sent) {
        return '';
    }
    return crypto.createHmac('sha256', r.variables.token_hash_key).update(sent[1]).digest('hex').slice(0, DIGITS);
}

export default { hash };
