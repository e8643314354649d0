// node run.cjs MODEL PIXELS OUTPUT COUNT: runs the model on COUNT images of float32 pixels; prints its signature and writes its float32 output.
const { InferenceSession, Tensor } = require("onnxruntime-node");
const { readFileSync, writeFileSync } = require("node:fs");

const [model, pixels, output, count] = process.argv.slice(2);

async function main() {
  const session = await InferenceSession.create(model, { intraOpNumThreads: 2, interOpNumThreads: 1, logSeverityLevel: 2 });
  const [input] = session.inputNames, [result] = session.outputNames;
  const bytes = readFileSync(pixels);
  const values = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
  const shape = process.argv.slice(6).map(Number);
  const answer = (await session.run({ [input]: new Tensor("float32", values, [Number(count), ...shape]) }))[result];
  writeFileSync(output, Buffer.from(answer.data.buffer, answer.data.byteOffset, answer.data.byteLength));
  console.log(JSON.stringify({ inputs: session.inputNames, outputs: session.outputNames, shape: answer.dims }));
}

main().catch(error => { console.error(error.message ?? error); process.exit(1); });
