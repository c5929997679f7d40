// Stands in for stylesheets, which jsdom does not load.
export default {};
