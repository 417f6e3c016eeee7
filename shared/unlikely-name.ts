/** Domains in which everybody can have an address, so that only their provider can edit the DNS. */
const FREEMAIL = new Set(
  'gmail.com googlemail.com outlook.com hotmail.com live.com msn.com icloud.com me.com mac.com aol.com ymail.com rocketmail.com proton.me protonmail.com pm.me mail.com email.com zoho.com fastmail.com hey.com tutanota.com tuta.io yandex.com yandex.ru mail.ru bk.ru inbox.ru list.ru qq.com 163.com 126.com sina.com naver.com daum.net rediffmail.com web.de gmx.com gmx.net t-online.de freenet.de posteo.de mailbox.org orange.fr wanadoo.fr free.fr laposte.net sfr.fr libero.it virgilio.it tiscali.it wp.pl o2.pl onet.pl interia.pl seznam.cz bluewin.ch comcast.net verizon.net att.net sbcglobal.net cox.net btinternet.com bigpond.com uol.com.br bol.com.br'.split(
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
