/** Whoever all of this is about; the token's `sub`, and with it the id of the customer, is the email address. */
export const person = {
  name: 'Zebulon Quarrymaster',
  email: 'zebulon@quarry.example',
  line1: '77 Hollyhock Crescent',
  city: 'Wolverstone',
  postalCode: 'WQ7X4L',
};

/** What they order. */
export const order = {
  items: [
    { sku: 'TRACKED', quantity: 1, unitPrice: 2_000 },
    { sku: 'UNTRACKED', quantity: 1, unitPrice: 1 },
  ],
  shippingAddress: {
    line1: person.line1,
    city: person.city,
    postalCode: person.postalCode,
    country: 'DE',
  },
};
