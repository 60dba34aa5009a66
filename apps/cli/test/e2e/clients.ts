import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";

/** What a program is to ask over HTTPS. */
export interface ClientQuestion {
  /** A folder for what the program is made of. */
  readonly folder: string;
  readonly host: string;
  /** On 127.0.0.1, whatever the system says of the host. */
  readonly port: number;
  /** The file of the one root that it is to trust. */
  readonly ca: string;
}

/** A program that speaks HTTPS by a library of its own. */
export interface Client {
  readonly name: string;
  readonly isThere: boolean;
  /** All that it prints, with the answer in it; why it would not, where it fails. */
  readonly ask: (question: ClientQuestion) => { readonly answered: boolean; readonly text: string };
}

const go = `package main

import ("context"; "crypto/tls"; "crypto/x509"; "fmt"; "io"; "net"; "net/http"; "os")

func main() {
	roots := x509.NewCertPool()
	text, _ := os.ReadFile(os.Args[2])
	roots.AppendCertsFromPEM(text)
	dial := func(ctx context.Context, network, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, network, "127.0.0.1:" + os.Args[3])
	}
	client := http.Client{Transport: &http.Transport{DialContext: dial, ForceAttemptHTTP2: true, TLSClientConfig: &tls.Config{RootCAs: roots}}}
	answer, err := client.Get(os.Args[1])
	if err != nil { fmt.Println(err); os.Exit(1) }
	body, _ := io.ReadAll(answer.Body)
	fmt.Println(answer.Proto, string(body))
}
`;

const java = `import java.io.*; import java.net.URI; import java.net.http.*; import java.security.*; import java.security.cert.*; import javax.net.ssl.*;
public class Ask {
  public static void main(String[] args) throws Exception {
    KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
    store.load(null, null);
    store.setCertificateEntry("root", CertificateFactory.getInstance("X.509").generateCertificate(new FileInputStream(args[1])));
    TrustManagerFactory managers = TrustManagerFactory.getInstance("PKIX");
    managers.init(store);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, managers.getTrustManagers(), null);
    HttpClient client = HttpClient.newBuilder().sslContext(context).build();
    System.out.println(client.send(HttpRequest.newBuilder(URI.create(args[0])).build(), HttpResponse.BodyHandlers.ofString()).body());
    System.exit(0);
  }
}
`;

const node = `const { get } = require("node:https");
const [url, ca, port] = process.argv.slice(1);
const lookup = (_, { all }, done) => all ? done(null, [{ address: "127.0.0.1", family: 4 }]) : done(null, "127.0.0.1", 4);
get(url, { ca: require("node:fs").readFileSync(ca), lookup }, (answer) => answer.pipe(process.stdout));`;

const python = `import http.client, socket, ssl, sys
host, ca, port = sys.argv[1:]
context = ssl.create_default_context(cafile=ca)
connection = http.client.HTTPSConnection(host, int(port), context=context)
connection._create_connection = lambda _, *rest: socket.create_connection(("127.0.0.1", int(port)))
connection.request("GET", "/")
print(connection.getresponse().read().decode())`;

interface Call {
  readonly command: readonly string[];
  readonly input?: string;
  readonly env?: NodeJS.ProcessEnv;
}

const calls: Readonly<Record<string, (question: ClientQuestion & { readonly url: string }) => Call>> = {
  curl: ({ host, port, ca, url }) => ({
    command: ["curl", "-sS", "--resolve", `${host}:${port}:127.0.0.1`, "--cacert", ca, url],
  }),
  // It asks the system for the name, which has a table of its own here.
  wget: ({ folder, host, ca, url }) => {
    writeFileSync(join(folder, "hosts"), `127.0.0.1 ${host}\n`);
    const script = `mount --bind ${join(folder, "hosts")} /etc/hosts && exec wget -nv -O- --ca-certificate=${ca} ${url}`;
    return { command: ["unshare", "-m", "sh", "-c", script] };
  },
  OpenSSL: ({ host, port, ca }) => ({
    command: [
      ...["openssl", "s_client", "-quiet", "-ign_eof", "-verify_return_error", "-verify_hostname", host],
      ...["-CAfile", ca, "-servername", host, "-connect", `127.0.0.1:${port}`],
    ],
    input: `GET / HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`,
  }),
  Node: ({ url, ca, port }) => ({ command: [process.execPath, "-e", node, url, ca, String(port)] }),
  Python: ({ host, ca, port }) => ({ command: ["/usr/bin/python3", "-c", python, host, ca, String(port)] }),
  Go: ({ folder, url, ca, port }) => {
    writeFileSync(join(folder, "ask.go"), go);
    const env = { ...process.env, GO111MODULE: "off" };
    return { command: ["go", "run", join(folder, "ask.go"), url, ca, String(port)], env };
  },
  Java: ({ folder, host, url, ca }) => {
    writeFileSync(join(folder, "Ask.java"), java);
    writeFileSync(join(folder, "java-hosts"), `127.0.0.1 ${host}\n`);
    return {
      command: ["java", `-Djdk.net.hosts.file=${join(folder, "java-hosts")}`, join(folder, "Ask.java"), url, ca],
    };
  },
};

const programs: Readonly<Record<string, string>> = { OpenSSL: "openssl", Node: "node", Python: "/usr/bin/python3" };

function isThere(name: string): boolean {
  const found = (program: string): boolean => spawnSync("sh", ["-c", `command -v ${program}`]).status === 0;
  const mayMount = spawnSync("unshare", ["-m", "true"]).status === 0;
  return found(programs[name] ?? name.toLowerCase()) && (name !== "wget" || mayMount);
}

/** The programs that the tests know, on this machine or not. */
export const clients: readonly Client[] = Object.entries(calls).map(([name, call]) => ({
  name,
  isThere: isThere(name),
  ask: (question) => {
    const {
      command,
      input = "",
      env = process.env,
    } = call({
      ...question,
      url: `https://${question.host}:${question.port}/`,
    });
    const [file = "", ...args] = command;
    const { status, stdout, stderr } = spawnSync(file, args, { encoding: "utf8", input, env, timeout: 60_000 });
    return { answered: status === 0, text: `${stdout}${stderr}` };
  },
}));
