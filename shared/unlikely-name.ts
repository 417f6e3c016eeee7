/** Domains in which everybody can have an address, so that only their provider can edit the DNS. */
const FREEMAIL = new Set(
  'gmail.com googlemail.com outlook.com hotmail.com live.com msn.com icloud.com me.com mac.com aol.com ymail.com proton.me protonmail.com mail.com fastmail.com tutanota.com yandex.com yandex.ru mail.ru qq.com 163.com naver.com web.de gmx.com gmx.net t-online.de freenet.de orange.fr wanadoo.fr free.fr laposte.net libero.it wp.pl o2.pl seznam.cz bluewin.ch comcast.net verizon.net att.net btinternet.com bigpond.com uol.com.br'.split(
    ' ',
  ),
);
/** Providers that have the same name in many countries. */
const FREEMAIL_OF_COUNTRY = /^(?:yahoo|hotmail|outlook|live|gmx)\.(?:com?\.)?[a-z]{2,3}$/;

/** Says why a valid name is probably not the one to send mail from; null where nothing speaks against it. */
export function findUnlikelyName(typed: string): string | null {
  const name = typed.trim().toLowerCase().replace(/\.$/, '');
  const bare = name.replace(/^www\./, '');
  if (FREEMAIL.has(bare) || FREEMAIL_OF_COUNTRY.test(bare))
    return `${bare} belongs to an e-mail provider, which alone can edit its DNS. Enter a domain of your own.`;
  if (bare === name || !bare.includes('.')) return null;
  return `Mail is rarely sent from ${name}. If your addresses end in @${bare}, enter ${bare}.`;
}
