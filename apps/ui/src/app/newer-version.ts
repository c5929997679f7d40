import { DASHBOARD_PATH } from '@9volt/contracts/pages';

/** Whether the API has another version of the dashboard than the one that runs here, whose files it no longer has then. */
export async function isReplaced(): Promise<boolean> {
  const own = document.querySelector<HTMLScriptElement>('script[type="module"][src]')?.getAttribute('src');
  if (own === undefined || own === null) return false;
  try {
    const answer = await fetch(`${DASHBOARD_PATH}/`, { cache: 'no-store' });
    return answer.ok && !(await answer.text()).includes(own);
  } catch {
    return false;
  }
}
