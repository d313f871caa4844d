// Copied beside the installed packages: what `import` of a package finds there.

export const find = (name) => import.meta.resolve(name);
