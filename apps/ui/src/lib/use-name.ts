import { useParams } from 'react-router';

/** The name in the address of a page. No name contains a slash: the router writes one where a name contains `%2F`. */
export function useName(): string | undefined {
  return useParams()['name']?.replaceAll('/', '%2F');
}
