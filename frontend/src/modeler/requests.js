// JSON requests with the CSRF token. A refusal of the server is thrown with its status, its sentence
// and its places.

export class Refusal extends Error {
  constructor(status, { detail, problems = [] }) {
    super(detail);
    this.status = status;
    this.problems = problems;
  }
}

export async function get(url) {
  return answerOf(await fetch(url, { headers: { Accept: 'application/json' } }));
}

export async function post(url, body, token) {
  return answerOf(await fetch(url, {
    method: 'POST',
    headers: { 'Accept': 'application/json', 'Content-Type': 'application/json', 'X-CSRFToken': token },
    body: JSON.stringify(body),
  }));
}

async function answerOf(response) {
  const answer = await response.json();
  if (!response.ok) throw new Refusal(response.status, answer);
  return answer;
}
