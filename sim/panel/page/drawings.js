// The things on the counter, drawn. Colours and states are in drawings.css.

export const BUTTON = `<svg viewBox="0 0 200 150">
  <path class="plate" d="M34 0h132v14H34z"/>
  <rect class="housing" x="22" y="12" width="156" height="130" rx="22"/>
  <rect class="housing-edge" x="22.75" y="12.75" width="154.5" height="128.5" rx="21.25"/>
  <circle class="well" cx="100" cy="77" r="55"/>
  <g class="cap"><circle class="cap-side" cx="100" cy="81" r="47"/><circle class="cap-top" cx="100" cy="75" r="47"/>
  <path class="shine" d="M66 62a38 38 0 0 1 42-24 44 44 0 0 0-42 24z"/></g>
  <circle class="screw" cx="39" cy="29" r="4"/><circle class="screw" cx="161" cy="29" r="4"/>
  <circle class="screw" cx="39" cy="125" r="4"/><circle class="screw" cx="161" cy="125" r="4"/>
</svg>`;

export const PHONE = `<svg viewBox="0 0 150 120">
  <path class="body" d="M28 62h94l16 50a8 8 0 0 1-8 8H20a8 8 0 0 1-8-8z"/>
  <path class="cradle" d="M34 54h16v14H34zM100 54h16v14h-16z"/>
  <rect class="plaque" x="50" y="80" width="50" height="26" rx="5"/><text class="digits" x="75" y="98.5">112</text>
  <path class="cord" d="M26 44c-18 10-20 30-12 40s-8 22-2 28"/>
  <g class="handset"><path class="grip" d="M20 40c0-16 22-24 55-24s55 8 55 24v10c0 4-3 6-6 6h-22c-4 0-6-3-6-6v-8H54v8c0 3-2 6-6 6H26c-3 0-6-2-6-6z"/>
  <path class="shine" d="M32 36c6-8 22-12 43-12v4c-20 0-36 4-43 8z"/></g>
</svg>`;

export const BELL = `<svg viewBox="0 0 120 120">
  <g class="waves"><path d="M84 26a22 22 0 0 1 10 18"/><path d="M91 14a36 36 0 0 1 16 30"/></g>
  <path class="body" d="M14 112c0-30 16-50 40-50s40 20 40 50a8 8 0 0 1-8 8H22a8 8 0 0 1-8-8z"/>
  <g class="cap"><ellipse class="cap-side" cx="54" cy="66" rx="25" ry="15"/><ellipse class="cap-top" cx="54" cy="60" rx="25" ry="15"/>
  <path class="shine" d="M36 57c4-7 12-9 20-8-8 1-14 3-20 8z"/></g>
  <circle class="dot" cx="54" cy="100" r="4"/>
</svg>`;

export const DEVICE = `<svg viewBox="0 0 190 140">
  <rect class="case" x="4" y="4" width="182" height="132" rx="12"/>
  <g class="inside"><rect class="board" x="20" y="18" width="150" height="104" rx="6"/>
    <rect class="chip" x="44" y="44" width="34" height="34" rx="3"/><rect class="chip" x="96" y="36" width="22" height="16" rx="2"/>
    <path class="trace" d="M78 54h18M78 66h46v30M61 78v24h40"/><rect class="pins" x="132" y="28" width="10" height="84"/></g>
  <g class="lid"><rect class="lid-face" x="4" y="4" width="182" height="132" rx="12"/>
    <rect class="window" x="22" y="24" width="112" height="44" rx="6"/><text class="digits" x="78" y="56"></text>
    <text class="mark" x="24" y="116">ansim</text><path class="slots" d="M96 104h72M96 112h72M96 120h72"/></g>
  <g class="led"><circle class="led-glow" cx="158" cy="46" r="20"/><circle class="led-ring" cx="158" cy="46" r="9"/><circle class="led-dot" cx="158" cy="46" r="6.5"/></g>
</svg>`;

export const ROUTER = `<svg viewBox="0 0 130 110">
  <path class="antenna" d="M24 66 14 12M106 66l10-54"/>
  <rect class="body" x="8" y="62" width="114" height="36" rx="9"/>
  <circle class="light one" cx="28" cy="80" r="4"/><circle class="light two" cx="44" cy="80" r="4"/><circle class="light three" cx="60" cy="80" r="4"/>
  <rect class="jack" x="84" y="72" width="24" height="16" rx="3"/><path class="foot" d="M22 98h16v5H22zM92 98h16v5H92z"/>
  <g class="lead"><rect class="lead-plug" x="88" y="76" width="16" height="26" rx="3"/><path class="lead-cord" d="M96 102v8"/></g>
</svg>`;

export const PLUG = `<svg viewBox="0 0 110 120">
  <rect class="wall-plate" x="12" y="4" width="86" height="86" rx="14"/><circle class="hollow" cx="55" cy="47" r="31"/>
  <circle class="hole" cx="44" cy="47" r="4.5"/><circle class="hole" cx="66" cy="47" r="4.5"/>
  <g class="plug"><circle class="plug-body" cx="55" cy="47" r="25"/><circle class="plug-edge" cx="55" cy="47" r="17"/>
  <path class="plug-cord" d="M55 64v56"/></g>
</svg>`;

export const LAMP = `<svg viewBox="0 0 120 120">
  <circle class="halo" cx="60" cy="60" r="58"/><circle class="halo near" cx="60" cy="60" r="42"/>
  <circle class="bezel" cx="60" cy="60" r="27"/><circle class="lens" cx="60" cy="60" r="20"/><path class="shine" d="M47 53a16 16 0 0 1 17-9 20 20 0 0 0-17 9z"/>
</svg>`;

export const PANIC = `<svg viewBox="0 0 100 100">
  <rect class="warning" x="6" y="6" width="88" height="88" rx="12"/><circle class="well" cx="50" cy="50" r="36"/>
  <g class="cap"><circle class="cap-side" cx="50" cy="53" r="30"/><circle class="cap-top" cx="50" cy="49" r="30"/>
  <path class="shine" d="M29 41a24 24 0 0 1 26-15 28 28 0 0 0-26 15z"/></g>
</svg>`;

export const KEY_SWITCH = `<svg viewBox="0 0 100 100">
  <rect class="key-plate" x="6" y="6" width="88" height="88" rx="12"/><circle class="key-ring" cx="50" cy="50" r="30"/>
  <path class="key-mark" d="M50 12v6M82 50h6"/>
  <g class="key"><circle class="key-core" cx="50" cy="50" r="20"/><rect class="key-grip" x="43" y="24" width="14" height="52" rx="7"/></g>
</svg>`;

export const SCISSORS = `<svg viewBox="0 0 24 24"><g class="icon"><circle cx="6.5" cy="6.5" r="2.7"/><circle cx="6.5" cy="17.5" r="2.7"/><path d="M8.8 8.2 20 18M8.8 15.8 20 6"/></g></svg>`;
export const SPLICE = `<svg viewBox="0 0 24 24"><g class="icon"><path d="M2 12h6M16 12h6M8 8.5v7M16 8.5v7M11 9.5l2 5M13 9.5l-2 5"/></g></svg>`;
export const SUN = `<svg viewBox="0 0 24 24"><g class="icon"><circle cx="12" cy="12" r="4"/><path d="M12 3v2M12 19v2M3 12h2M19 12h2M5.6 5.6 7 7M17 17l1.4 1.4M18.4 5.6 17 7M7 17l-1.4 1.4"/></g></svg>`;
export const MOON = `<svg viewBox="0 0 24 24"><g class="icon"><path d="M19.5 14.5A8 8 0 0 1 9.5 4.500a8 8 0 1 0 10 10z"/></g></svg>`;
export const BOLT = `<svg viewBox="0 0 24 24"><g class="icon"><path d="M13 3 6 13.500h5L10.500 21 18 10.500h-5.500z"/></g></svg>`;
export const LINK = `<svg viewBox="0 0 24 24"><g class="icon"><path d="M5 17v2M10 13.500V19M15 9.500V19M20 5v14"/></g></svg>`;
export const CRACK = `<svg viewBox="0 0 24 24"><g class="icon"><circle cx="12" cy="12" r="9"/><path d="m13.500 3.500-4 6 4.500 3-3.500 7.500"/></g></svg>`;
export const CROSS = `<svg viewBox="0 0 24 24"><g class="icon"><path d="m6 6 12 12M18 6 6 18"/></g></svg>`;
