import { useEffect, useRef } from 'preact/hooks';
import { ModelPage } from './model-page.js';
import { signOut } from './polling.js';
import { ProviderPage } from './provider-page.js';
import { ProviderTable } from './provider-table.js';
import { hashOf, replaceRoute, route } from './route.js';
import { RecordedNote, SectionList } from './section-list.js';
import { SignIn } from './sign-in.js';
import { problem } from './store.js';
import { hasToken } from './token.js';
import { ValuePage } from './value-page.js';
import { VerdictBanner } from './verdict-banner.js';

export function App() {
  const { view, name, zone } = route.value;
  const failed = problem.value;
  useFocus(`${view}/${name}`);
  return (
    <>
      <header>
        <span class="brand">Gateway console</span>
        <nav aria-label="Views">
          <a href={hashOf({})} aria-current={view === 'overview' ? 'page' : undefined}>
            Overview
          </a>
          <a href={hashOf({ view: 'models' })} aria-current={view === 'models' ? 'page' : undefined}>
            Models
          </a>
          <a href="../metrics/docs">Docs</a>
        </nav>
        <span class="tools">
          <button type="button" onClick={() => replaceRoute({ zone: zone === 'utc' ? 'local' : 'utc' })}>
            {zone === 'utc' ? 'Show local time' : 'Show UTC'}
          </button>
          {hasToken() && (
            <button type="button" onClick={signOut}>
              Forget token
            </button>
          )}
        </span>
      </header>
      <svg class="defs" aria-hidden="true">
        <pattern id="hatch" width="16" height="4" patternUnits="userSpaceOnUse">
          <rect width="8" height="4" />
        </pattern>
      </svg>
      <main>
        <VerdictBanner />
        {failed?.kind === 'token' ? <SignIn rejected={failed.rejected} /> : <View view={view} />}
      </main>
    </>
  );
}

function View({ view }: { view: typeof route.value.view }) {
  switch (view) {
    case 'models':
      return <ModelPage />;
    case 'value':
      return <ValuePage />;
    case 'provider':
      return <ProviderPage />;
    default:
      return (
        <div class="overview">
          <SectionList />
          <ProviderTable />
          <RecordedNote />
        </div>
      );
  }
}

/** Focus goes to the title of a page that was opened, and back to the link that opened it. */
function useFocus(place: string): void {
  const before = useRef(place);
  useEffect(() => {
    const from = before.current;
    if (from === place) return;
    before.current = place;
    const [view, ...name] = from.split('/');
    const opened = place.startsWith('overview') ? [...document.querySelectorAll<HTMLAnchorElement>('main a')] : [];
    const link = opened.find(
      (one) => one.getAttribute('href') === hashOf({ view: view as 'value', name: name.join('/') }),
    );
    (link ?? document.getElementById('page-title'))?.focus();
  }, [place]);
}
