// JSON requests with the CSRF token. A refusal of the server is thrown with its sentence and places.

export class Refusal extends Error {
  constructor({ detail, problems = [] }) {
    super(detail);
    this.problems = problems;
  }
}

export async function post(url, body, token) {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'Accept': 'application/json', 'Content-Type': 'application/json', 'X-CSRFToken': token },
    body: JSON.stringify(body),
  });
  const answer = await response.json();
  if (!response.ok) throw new Refusal(answer);
  return answer;
}
