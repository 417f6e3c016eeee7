// Runs in the page of the reference. Everything that it adds is a convenience: nothing is hidden from those without it.

for (const sample of document.querySelectorAll('pre')) addCopyButton(sample);

// In a narrow window, the contents would come before the first word.
const contents = document.querySelector('nav details');
contents.open = matchMedia('(min-width: 64rem)').matches;

const filter = document.querySelector('.filter');
filter.hidden = false;
filter.querySelector('input').addEventListener('input', (event) => {
  const wanted = event.currentTarget.value.trim().toLowerCase();
  contents.open = true;
  for (const item of document.querySelectorAll('nav ul ul li')) {
    const target = item.querySelector('a').hash;
    item.hidden = !`${item.textContent} ${target}`.toLowerCase().includes(wanted);
  }
  for (const item of document.querySelectorAll('nav details > ul > li')) {
    const entries = [...item.querySelectorAll('li')];
    item.hidden = entries.length > 0 ? entries.every(({ hidden }) => hidden) : wanted !== '';
  }
});

const links = new Map([...document.querySelectorAll('nav a')].map((link) => [link.hash.slice(1), link]));
const sections = new IntersectionObserver(markCurrent, { rootMargin: '0px 0px -70% 0px' });
for (const section of document.querySelectorAll('section[aria-labelledby]')) sections.observe(section);

function addCopyButton(sample) {
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'copy';
  button.textContent = 'Copy';
  button.setAttribute('aria-label', `Copy: ${sample.getAttribute('aria-label')}`);
  button.addEventListener('click', async () => {
    await copy(sample);
    button.textContent = 'Copied';
    setTimeout(() => {
      button.textContent = 'Copy';
    }, 2000);
  });
  const box = document.createElement('div');
  box.className = 'copyable';
  sample.replaceWith(box);
  box.append(sample, button);
}

async function copy(sample) {
  // On plain http there is no clipboard: what is selected is copied instead.
  getSelection().selectAllChildren(sample);
  if (navigator.clipboard === undefined) document.execCommand('copy');
  else await navigator.clipboard.writeText(sample.textContent);
  getSelection().removeAllRanges();
}

function markCurrent(entries) {
  for (const { isIntersecting, target } of entries) {
    const link = links.get(target.getAttribute('aria-labelledby'));
    if (link === undefined || !isIntersecting) continue;
    for (const other of links.values()) other.removeAttribute('aria-current');
    link.setAttribute('aria-current', 'true');
    // The list of contents scrolls by itself, and never the page.
    const nav = link.closest('nav');
    nav.scrollTop +=
      link.getBoundingClientRect().top - nav.getBoundingClientRect().top - nav.clientHeight / 3;
  }
}
