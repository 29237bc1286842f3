/** What is used of aws4 (https://github.com/mhart/aws4), which brings no types of its own. */
declare module 'aws4' {
  interface Request {
    readonly method: string;
    readonly path: string;
    readonly host: string;
    readonly service: string;
    readonly region: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body?: Buffer;
  }

  interface Keys {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken?: string | undefined;
  }

  const signer: {
    sign(request: Request, keys: Keys): { readonly headers: Readonly<Record<string, string | number>> };
  };

  export = signer;
}
