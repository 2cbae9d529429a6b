#!/usr/bin/env node
// A Lambda function in plain JavaScript with nothing in it but the runtime interface: it answers what it was sent.
// `scripts/measure` sets it beside the functions in Rust.
import http from "node:http";

const [hostname, port] = process.env.AWS_LAMBDA_RUNTIME_API.split(":");
const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });

function call(method, path, body) {
  return new Promise((resolve, reject) => {
    const request = http.request({ hostname, port, agent, method, path: `/2018-06-01/runtime/invocation/${path}` }, (answer) => {
      const parts = [];
      answer.on("data", (part) => parts.push(part));
      answer.on("end", () => resolve({ headers: answer.headers, body: Buffer.concat(parts) }));
    });
    request.on("error", reject);
    request.end(body);
  });
}

for (;;) {
  const event = await call("GET", "next");
  const answer = JSON.stringify(JSON.parse(event.body));
  await call("POST", `${event.headers["lambda-runtime-aws-request-id"]}/response`, answer);
}
