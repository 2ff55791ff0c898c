import type { ReactNode } from "react";

/** All icons are decoration: the words beside them carry the meaning. Drawn on 24 units, 1.75 wide. */
function Icon({ children, className }: { readonly children: ReactNode; readonly className?: string }) {
  return (
    <svg
      className={className === undefined ? "icon" : `icon ${className}`}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.75"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
    >
      {children}
    </svg>
  );
}

export function Mark({ className = "mark" }: { readonly className?: string }) {
  return (
    <svg className={className} viewBox="0 0 32 32" aria-hidden="true">
      <path
        className="mark-wall"
        d="M16 2C8.8 2 3 7.6 3 14.6V24c0 1.7 1.3 3 3 3h3.5v3.2c0 .7.8 1.1 1.4.6L16 27h10c1.7 0 3-1.3 3-3v-9.4C29 7.6 23.2 2 16 2Z"
      />
      <path
        className="mark-arch"
        d="M16 8a7 7 0 0 0-7 7v7h3.2v-7a3.8 3.8 0 0 1 7.6 0v7H23v-7a7 7 0 0 0-7-7Z"
      />
      <circle className="mark-lamp" cx="16" cy="15.4" r="1.7" />
    </svg>
  );
}

/** A cloister walk: one arch of it is lit. */
export function Arcade() {
  return (
    <svg className="arcade" viewBox="0 0 504 132" aria-hidden="true">
      {[0, 72, 144, 216, 288, 360, 432].map((x) => (
        <g key={x} className={x === 216 ? "arcade-lit" : undefined} transform={`translate(${x} 0)`}>
          <path className="arcade-bay" d="M8 132V44a28 28 0 0 1 56 0v88Z" />
          <path className="arcade-line" d="M8 132V44a28 28 0 0 1 56 0v88M2 44h12M58 44h12" />
        </g>
      ))}
      <path className="arcade-line" d="M0 130.5h504" />
      <circle className="arcade-lamp" cx="252" cy="58" r="5" />
    </svg>
  );
}

export function BackIcon() {
  return (
    <Icon className="mirrored">
      <path d="M15 5l-7 7 7 7" />
    </Icon>
  );
}

export function PlusIcon() {
  return (
    <Icon>
      <path d="M12 5v14M5 12h14" />
    </Icon>
  );
}

export function SettingsIcon() {
  return (
    <Icon>
      <path d="M4 7h9M17 7h3M4 17h3M11 17h9" />
      <circle cx="15" cy="7" r="2" />
      <circle cx="9" cy="17" r="2" />
    </Icon>
  );
}

export function MenuIcon() {
  return (
    <Icon>
      <path d="M12 5.5v.01M12 12v.01M12 18.5v.01" strokeWidth="3" />
    </Icon>
  );
}

export function ListIcon() {
  return (
    <Icon>
      <path d="M4 6.5l1.5 1.5L8 5M4 16.5l1.5 1.5L8 15M11.5 7H20M11.5 17H20" />
    </Icon>
  );
}

export function SendIcon() {
  return (
    <Icon>
      <path d="M12 19V6M6 11l6-6 6 6" />
    </Icon>
  );
}

export function CloseIcon() {
  return (
    <Icon>
      <path d="M6.5 6.5l11 11M17.5 6.5l-11 11" />
    </Icon>
  );
}

export function ClockIcon() {
  return (
    <Icon>
      <circle cx="12" cy="12" r="7.5" />
      <path d="M12 8v4.3l2.6 1.7" />
    </Icon>
  );
}

export function CheckIcon() {
  return (
    <Icon>
      <path d="M5 12.5l4.5 4.5L19 7.5" />
    </Icon>
  );
}

export function DoubleCheckIcon() {
  return (
    <Icon>
      <path d="M2.5 12.8l4 4L15 8.3M12.5 16.3l.5.5L21.5 8.3" />
    </Icon>
  );
}

export function EyeIcon() {
  return (
    <Icon>
      <path d="M2.5 12S6 5.8 12 5.8 21.5 12 21.5 12 18 18.2 12 18.2 2.5 12 2.5 12Z" />
      <circle cx="12" cy="12" r="2.6" />
    </Icon>
  );
}

export function AlertIcon() {
  return (
    <Icon>
      <path d="M12 3.8L2.9 19.5h18.2L12 3.8ZM12 10v4.3M12 17v.01" />
    </Icon>
  );
}

export function ShieldCheckIcon() {
  return (
    <Icon>
      <path d="M12 3l7.5 2.8v5.4c0 4.5-3 8-7.5 9.8-4.5-1.8-7.5-5.3-7.5-9.8V5.8L12 3Z" />
      <path d="M8.6 11.8l2.5 2.5 4.4-4.6" />
    </Icon>
  );
}

/** A slip of paper: a receipt that says what it says, no more. */
export function ReceiptIcon() {
  return (
    <Icon>
      <path d="M6 3.5h12v17l-2.4-1.5-2.4 1.5-2.4-1.5L8.4 20.5 6 19V3.5ZM9.5 8.5h5M9.5 12.5h5" />
    </Icon>
  );
}

export function BrokenIcon() {
  return (
    <Icon>
      <path d="M12 3l7.5 2.8v5.4c0 4.5-3 8-7.5 9.8-4.5-1.8-7.5-5.3-7.5-9.8V5.8L12 3Z" />
      <path d="M9.5 9.5l5 5M14.5 9.5l-5 5" />
    </Icon>
  );
}

export function CopyIcon() {
  return (
    <Icon>
      <rect x="8.5" y="8.5" width="11" height="11.5" rx="2" />
      <path d="M15.5 8.5V6a2 2 0 0 0-2-2H6.5a2 2 0 0 0-2 2v8a2 2 0 0 0 2 2h2" />
    </Icon>
  );
}

export function PhoneIcon() {
  return (
    <Icon>
      <path d="M6 3.5h3l1.5 4-2 1.5a11 11 0 0 0 6.5 6.5l1.5-2 4 1.5v3a2 2 0 0 1-2.2 2C11 19.5 4.5 13 4 5.7A2 2 0 0 1 6 3.5Z" />
    </Icon>
  );
}

export function OfflineIcon() {
  return (
    <Icon>
      <path d="M4 4l16 16M8.7 8.5A6 6 0 0 0 7 8.6 4.8 4.8 0 0 0 7 18h10.5M12 6.3a5.8 5.8 0 0 1 5.6 4A4 4 0 0 1 20.3 16" />
    </Icon>
  );
}

export function StopIcon() {
  return (
    <Icon>
      <rect x="6.5" y="6.5" width="11" height="11" rx="1.5" />
    </Icon>
  );
}

export function PersonIcon() {
  return (
    <Icon>
      <circle cx="12" cy="8.2" r="3.7" />
      <path d="M4.8 20c.6-4 3.5-6 7.2-6s6.6 2 7.2 6" />
    </Icon>
  );
}

export function DownIcon() {
  return (
    <Icon>
      <path d="M12 5v13M6.5 13l5.5 5.5 5.5-5.5" />
    </Icon>
  );
}

export function LockIcon() {
  return (
    <Icon>
      <rect x="5" y="10.5" width="14" height="10" rx="2.5" />
      <path d="M8 10.5V8a4 4 0 0 1 8 0v2.5" />
    </Icon>
  );
}

export function DeviceIcon() {
  return (
    <Icon>
      <rect x="6.5" y="2.8" width="11" height="18.4" rx="2.5" />
      <path d="M10.8 18h2.4" />
    </Icon>
  );
}

export function CameraIcon() {
  return (
    <Icon>
      <path d="M4 8h3l2-3h6l2 3h3v11H4Z" />
      <circle cx="12" cy="13" r="3.5" />
    </Icon>
  );
}

export function PictureIcon() {
  return (
    <Icon>
      <path d="M4 5h16v14H4ZM4 16l5-5 4 4 3-3 4 4" />
      <circle cx="15.5" cy="9" r="1.3" />
    </Icon>
  );
}

export function KeyIcon() {
  return (
    <Icon>
      <circle cx="8" cy="15" r="4" />
      <path d="M11 12l9-9M16 7l3 3" />
    </Icon>
  );
}

export function SaveIcon() {
  return (
    <Icon>
      <path d="M12 4v11M7 11l5 5 5-5M5 20h14" />
    </Icon>
  );
}

export function PrintIcon() {
  return (
    <Icon>
      <path d="M7 9V4h10v5M7 17H4v-8h16v8h-3M7 14h10v6H7Z" />
    </Icon>
  );
}
