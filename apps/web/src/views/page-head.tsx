import { hrefOf } from "../model/route.ts";
import { BackIcon } from "../ui/icons.tsx";

/** The heading of a page in the pane; on narrow screens with the way back. */
export function PageHead({ title }: { readonly title: string }) {
  return (
    <header className="page-head">
      <BackToList />
      <h1 className="page-title" tabIndex={-1}>
        {title}
      </h1>
    </header>
  );
}

export function BackToList() {
  return (
    <a className="button button-icon back" href={hrefOf({ view: "list" })} aria-label="All conversations">
      <BackIcon />
    </a>
  );
}
