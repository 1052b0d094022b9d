import { useState } from 'preact/hooks';
import { signIn } from './polling.js';

/** Asks for the bearer token, which stays in this tab. */
export function SignIn({ rejected }: { rejected: boolean }) {
  const [token, setToken] = useState('');
  return (
    <form
      class="sign-in"
      onSubmit={(event) => {
        event.preventDefault();
        if (token.trim() !== '') signIn(token.trim());
      }}
    >
      <h2>Token</h2>
      <p>
        {rejected ? 'This token is not accepted. ' : ''}
        Enter a read-only token with the scope <code>metrics</code>. It stays in this tab until you close it.
      </p>
      <label>
        <span>Token</span>
        <input
          type="password"
          autocomplete="off"
          spellcheck={false}
          required
          value={token}
          onInput={({ currentTarget }) => setToken(currentTarget.value)}
        />
      </label>
      <button type="submit">Open the console</button>
    </form>
  );
}
