import { unit } from '../../jest.config.js';

/** `npm run test:unit` and `npm run test:watch`: one project alone, so that a path selects further. */
export default { ...unit, rootDir: '../..' };
