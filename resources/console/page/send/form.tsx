import { useId } from 'preact/hooks';
import { beginningOf, type Document, resolved, type Schema } from './schema.ts';

interface FieldProps {
  document: Document;
  schema: Schema;
  name: string;
  value: unknown;
  isRequired: boolean;
  onChange: (value: unknown) => void;
}

/** A form from a JSON schema: a field for each property, lists that grow and shrink. What is optional may be left out. */
export function Field({ document, schema: given, name, value, isRequired, onChange }: FieldProps) {
  const id = useId();
  const schema = resolved(document, given);
  if (schema.type === 'object' && schema.properties) {
    return (
      <Group
        name={name}
        isRequired={isRequired}
        value={value}
        onChange={onChange}
        begin={() => beginningOf(document, schema)}
      >
        {Object.entries(schema.properties).map(([property, one]) => (
          <Field
            key={property}
            document={document}
            schema={one}
            name={property}
            value={(value as Record<string, unknown> | undefined)?.[property]}
            isRequired={schema.required?.includes(property) ?? false}
            onChange={(changed) => onChange(withProperty(value, property, changed))}
          />
        ))}
      </Group>
    );
  }
  if (schema.type === 'array' && schema.items) {
    const { items } = schema;
    const list = Array.isArray(value) ? value : [];
    return (
      <fieldset>
        <legend>{name}</legend>
        {list.map((one, index) => (
          <div key={index} class="element">
            <Field
              document={document}
              schema={items}
              name={`${index + 1}`}
              value={one}
              isRequired={true}
              onChange={(changed) => onChange(list.map((other, at) => (at === index ? changed : other)))}
            />
            <button
              type="button"
              class="copy"
              aria-label={`Remove ${name} ${index + 1}`}
              onClick={() => onChange(list.filter((_, at) => at !== index))}
            >
              Remove
            </button>
          </div>
        ))}
        <button
          type="button"
          class="button"
          onClick={() => onChange([...list, beginningOf(document, items)])}
        >
          Add to {name}
        </button>
      </fieldset>
    );
  }
  return (
    <div class="field">
      <label for={id}>
        {name}
        {!isRequired && <small> optional</small>}
      </label>
      <Input id={id} schema={schema} value={value} isRequired={isRequired} onChange={onChange} />
    </div>
  );
}

interface GroupProps {
  name: string;
  isRequired: boolean;
  value: unknown;
  begin: () => unknown;
  onChange: (value: unknown) => void;
  children: preact.ComponentChildren;
}

function Group({ name, isRequired, value, begin, onChange, children }: GroupProps) {
  if (name === '') return <div class="form">{children}</div>;
  if (value === undefined && !isRequired) {
    return (
      <button type="button" class="button" onClick={() => onChange(begin())}>
        Add {name}
      </button>
    );
  }
  return (
    <fieldset>
      <legend>{name}</legend>
      {children}
      {!isRequired && (
        <button type="button" class="copy" onClick={() => onChange(undefined)}>
          Leave {name} out
        </button>
      )}
    </fieldset>
  );
}

interface InputProps {
  id: string;
  schema: Schema;
  value: unknown;
  isRequired: boolean;
  onChange: (value: unknown) => void;
}

function Input({ id, schema, value, isRequired, onChange }: InputProps) {
  const choices = schema.enum ?? (schema.const === undefined ? undefined : [schema.const]);
  if (choices) {
    return (
      <select
        id={id}
        value={String(value ?? '')}
        onChange={(event) => onChange(choices.find((one) => String(one) === event.currentTarget.value))}
      >
        {!isRequired && <option value="" />}
        {choices.map((one) => (
          <option key={String(one)} value={String(one)}>
            {String(one)}
          </option>
        ))}
      </select>
    );
  }
  if (schema.type === 'boolean') {
    return (
      <input
        id={id}
        type="checkbox"
        checked={value === true}
        onChange={(event) => onChange(event.currentTarget.checked)}
      />
    );
  }
  if (schema.type === 'integer' || schema.type === 'number') {
    return (
      <input
        id={id}
        type="number"
        step={schema.type === 'integer' ? 1 : 'any'}
        value={value === undefined ? '' : String(value)}
        onInput={(event) =>
          onChange(event.currentTarget.value === '' ? undefined : Number(event.currentTarget.value))
        }
      />
    );
  }
  return (
    <input
      id={id}
      type="text"
      spellcheck={false}
      autocomplete="off"
      placeholder={schema.format ?? ''}
      value={typeof value === 'string' ? value : value === undefined ? '' : JSON.stringify(value)}
      onInput={(event) =>
        onChange(event.currentTarget.value === '' && !isRequired ? undefined : event.currentTarget.value)
      }
    />
  );
}

function withProperty(value: unknown, property: string, changed: unknown): Record<string, unknown> {
  const { [property]: _, ...others } = (value ?? {}) as Record<string, unknown>;
  return changed === undefined ? others : { ...others, [property]: changed };
}
