/** ONNX files as plain objects: of onnx.proto3 the messages and fields that a single operator needs, by their numbers. */
import protobuf from 'protobufjs';

const optional = (type: string, id: number) => ({ type, id });
const repeated = (type: string, id: number) => ({ rule: 'repeated', type, id });

const { nested } = protobuf.Root.fromJSON({
  nested: {
    ModelProto: {
      fields: { graph: optional('GraphProto', 7), opsetImport: repeated('OperatorSetIdProto', 8) },
    },
    OperatorSetIdProto: { fields: { domain: optional('string', 1), version: optional('int64', 2) } },
    GraphProto: {
      fields: {
        node: repeated('NodeProto', 1),
        initializer: repeated('TensorProto', 5),
        input: repeated('ValueInfoProto', 11),
        output: repeated('ValueInfoProto', 12),
      },
    },
    ValueInfoProto: { fields: { name: optional('string', 1) } },
    NodeProto: {
      fields: {
        input: repeated('string', 1),
        output: repeated('string', 2),
        opType: optional('string', 4),
        attribute: repeated('AttributeProto', 5),
      },
    },
    AttributeProto: {
      fields: {
        name: optional('string', 1),
        f: optional('float', 2),
        i: optional('int64', 3),
        s: optional('bytes', 4),
        floats: repeated('float', 7),
        ints: repeated('int64', 8),
        type: optional('int32', 20),
      },
    },
    TensorProto: {
      fields: {
        dims: repeated('int64', 1),
        dataType: optional('int32', 2),
        floatData: repeated('float', 4),
        int32Data: repeated('int32', 5),
        int64Data: repeated('int64', 7),
        name: optional('string', 8),
        rawData: optional('bytes', 9),
      },
    },
  },
});

export interface Tensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

export type Attribute = number | string | readonly number[];

export interface Node {
  readonly type: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, Attribute>>;
}

export interface Graph {
  readonly nodes: readonly Node[];
  readonly initializers: readonly Tensor[];
  readonly inputs: readonly string[];
  /** The version of the operators. */
  readonly opset: number;
}

// biome-ignore lint/suspicious/noExplicitAny: protobufjs knows the messages only while it runs
type Message = any;

function decode(type: string, bytes: Uint8Array): Message {
  const message = nested![type] as protobuf.Type;
  return message.toObject(message.decode(bytes), { longs: Number, arrays: true, defaults: true });
}

/** How the types of tensors lie in `rawData`. */
const TYPES: Record<number, (view: DataView, count: number) => number[]> = {
  1: (view, count) => Array.from({ length: count }, (_, i) => view.getFloat32(4 * i, true)),
  2: (view, count) => Array.from({ length: count }, (_, i) => view.getUint8(i)),
  3: (view, count) => Array.from({ length: count }, (_, i) => view.getInt8(i)),
  6: (view, count) => Array.from({ length: count }, (_, i) => view.getInt32(4 * i, true)),
  7: (view, count) => Array.from({ length: count }, (_, i) => Number(view.getBigInt64(8 * i, true))),
  11: (view, count) => Array.from({ length: count }, (_, i) => view.getFloat64(8 * i, true)),
};

function tensorOf({ name, dims, dataType, floatData, int32Data, int64Data, rawData }: Message): Tensor {
  const count = dims.reduce((product: number, size: number) => product * size, 1);
  const listed = [floatData, int32Data, int64Data].find((list) => list.length > 0);
  const bytes = Uint8Array.from(rawData);
  const data = listed ?? TYPES[dataType]?.(new DataView(bytes.buffer), count);
  if (!data) throw new Error(`a tensor of type ${dataType}`);
  return { name, shape: dims, data };
}

export function readTensor(bytes: Uint8Array): Tensor {
  return tensorOf(decode('TensorProto', bytes));
}

/** What an attribute holds, by the number of its type. */
const VALUES: Record<number, (attribute: Message) => Attribute> = {
  1: ({ f }) => f,
  2: ({ i }) => i,
  3: ({ s }) => new TextDecoder().decode(s),
  6: ({ floats }) => floats,
  7: ({ ints }) => ints,
};

export function readGraph(bytes: Uint8Array): Graph {
  const { graph, opsetImport } = decode('ModelProto', bytes);
  return {
    nodes: graph.node.map(({ opType, input, output, attribute }: Message) => ({
      type: opType,
      inputs: input,
      outputs: output,
      attributes: Object.fromEntries(attribute.map((one: Message) => [one.name, VALUES[one.type]?.(one)])),
    })),
    initializers: graph.initializer.map(tensorOf),
    inputs: graph.input.map(({ name }: Message) => name),
    opset: opsetImport.find(({ domain }: Message) => domain === '').version,
  };
}
