// What sends by itself: the package's index loads caches, mocks, proxies and WebSockets, too, which takes over 50 ms.
declare module 'undici/lib/dispatcher/agent.js' {
  export { Agent as default } from 'undici';
}
declare module 'undici/lib/core/connect.js' {
  export { buildConnector as default } from 'undici';
}
