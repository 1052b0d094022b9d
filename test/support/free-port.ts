export { freePort } from '../../src/tools/demo/prometheus/free-port.js';
