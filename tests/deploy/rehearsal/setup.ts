import { preparePython } from './python.ts';

export default preparePython;
