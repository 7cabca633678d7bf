/** Characters of a password of ours. Apart from the hashing, because the forms in the browser use it too. */
export const passwordLength = { min: 12, max: 256 } as const;
