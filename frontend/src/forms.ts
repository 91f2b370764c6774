/** Forms with `data-outbox` are sent through the outbox. */
export {};
