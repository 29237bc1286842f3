// The program without its bundle, so that a profile shows our functions by name.
import { main } from '../src/main.ts';

await main();
