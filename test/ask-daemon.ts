import { connectControl, type MethodName, type Methods } from '../src/control/index.ts';

/** Asks the daemon behind a control socket; rejects when nobody answers there. */
export async function askDaemon<M extends MethodName>(
  socket: string,
  method: M,
  params: Methods[M]['params'],
): Promise<Methods[M]['result']> {
  const connected = await connectControl(socket);
  if (connected.is === 'failed') throw new Error(`no daemon: ${connected.fault}`);
  try {
    return await connected.value.call(method, params);
  } finally {
    connected.value.close();
  }
}

/** `kill -9` for the daemon behind a control socket; false when none answers there, or it is about to end. */
export async function killDaemon(socket: string): Promise<boolean> {
  try {
    const { pid } = await askDaemon(socket, 'hello', {});
    return process.kill(pid, 'SIGKILL');
  } catch {
    return false;
  }
}
