// The browser's own judgement of an envelope: WebCrypto, nothing of the simulator.

const ALGORITHMS = {
  Ed25519: { key: { name: "Ed25519" }, verify: { name: "Ed25519" } },
  EdDSA: { key: { name: "Ed25519" }, verify: { name: "Ed25519" } },
  ES256: { key: { name: "ECDSA", namedCurve: "P-256" }, verify: { name: "ECDSA", hash: "SHA-256" } },
};
const THUMBPRINT_MEMBERS = { OKP: ["crv", "kty", "x"], EC: ["crv", "kty", "x", "y"] }; // RFC 7638, in its order

export function bytesOf(text) {
  const binary = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
  return Uint8Array.from(binary, (character) => character.charCodeAt(0));
}

export function base64url(bytes) {
  return btoa(String.fromCharCode(...bytes)).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}

export async function sha256(text) {
  return base64url(new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text))));
}

/** true, false, or null where the browser does not know the algorithm. */
export async function signatureFits(jws, jwk, alg) {
  const how = ALGORITHMS[alg];
  if (!how || !jwk || !globalThis.crypto?.subtle) return null;
  const [header, payload, signature] = jws.split(".");
  const { kty, crv, x, y } = jwk;
  let key;
  try {
    key = await crypto.subtle.importKey("jwk", y ? { kty, crv, x, y } : { kty, crv, x }, how.key, false, ["verify"]);
  } catch (error) {
    if (error.name === "NotSupportedError") return null;
    throw error;
  }
  return crypto.subtle.verify(how.verify, key, bytesOf(signature), new TextEncoder().encode(`${header}.${payload}`));
}

export async function thumbprint(jwk) {
  const members = THUMBPRINT_MEMBERS[jwk.kty] ?? [];
  return sha256(JSON.stringify(Object.fromEntries(members.map((name) => [name, jwk[name]]))));
}

/** The same envelope with one letter of the payload's subject changed, as somebody on the way might. */
export function changeOneLetter(jws) {
  const [header, payload, signature] = jws.split(".");
  const text = new TextDecoder().decode(bytesOf(payload));
  const at = text.indexOf('"subject":"') + '"subject":"'.length;
  const letter = text[at] === "x" ? "y" : "x";
  const changed = text.slice(0, at) + letter + text.slice(at + 1);
  return [header, base64url(new TextEncoder().encode(changed)), signature].join(".");
}

export const payloadOf = (jws) => JSON.parse(new TextDecoder().decode(bytesOf(jws.split(".")[1])));
