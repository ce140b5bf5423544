// Starts tests/vectors/run.js in a worker, as the desk starts its own: through one named Trusted Types policy.

const policy = self.trustedTypes.createPolicy("signaallijn", { createScriptURL: (address) => address });
const worker = new Worker(policy.createScriptURL("/tests/vectors/run.js"), { type: "module" });
self.outcome = new Promise((resolve, reject) => {
  worker.onmessage = ({ data }) => resolve(data);
  worker.onerror = ({ message }) => reject(new Error(message));
});
