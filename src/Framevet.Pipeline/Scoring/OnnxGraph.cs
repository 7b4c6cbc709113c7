using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Text;

namespace Framevet.Pipeline.Scoring;

/// <summary>
/// What an ONNX file says about its graph: the operators in their order and the constant tensors of single precision. Enough to read trained parameters from
/// a file whose arithmetic is known; nothing is run. Field numbers are those of onnx.proto (ONNX IR version 8).
/// </summary>
internal sealed class OnnxGraph
{
    private const ulong SinglePrecision = 1;

    /// <summary>Operators with the names of their inputs.</summary>
    public required ImmutableArray<(string Operator, ImmutableArray<string> Inputs)> Nodes { get; init; }

    /// <summary>Constants by name; those of other types are left out.</summary>
    public required ImmutableDictionary<string, OnnxTensor> Constants { get; init; }

    /// <summary>Reads the bytes of a file.</summary>
    /// <exception cref="InvalidDataException">They are no ONNX model, or it keeps its constants elsewhere.</exception>
    public static OnnxGraph Parse(ReadOnlySpan<byte> file)
    {
        const int GraphField = 7;
        var fields = new ProtoFields(file);
        while (fields.Next())
        {
            if (fields.Number == GraphField && !fields.Content.IsEmpty)
            {
                return OfGraph(fields.Content);
            }
        }

        throw new InvalidDataException("There is no graph.");
    }

    private static OnnxGraph OfGraph(ReadOnlySpan<byte> graph)
    {
        const int NodeField = 1, ConstantField = 5;
        var nodes = ImmutableArray.CreateBuilder<(string, ImmutableArray<string>)>();
        var constants = ImmutableDictionary.CreateBuilder<string, OnnxTensor>();
        var fields = new ProtoFields(graph);
        while (fields.Next())
        {
            if (fields.Number == NodeField)
            {
                nodes.Add(Node(fields.Content));
            }
            else if (fields.Number == ConstantField && Tensor(fields.Content) is var (name, tensor))
            {
                constants[name] = tensor;
            }
        }

        return new OnnxGraph { Nodes = nodes.ToImmutable(), Constants = constants.ToImmutable() };
    }

    private static (string Operator, ImmutableArray<string> Inputs) Node(ReadOnlySpan<byte> node)
    {
        const int InputField = 1, OperatorField = 4;
        var (kind, inputs) = ("", ImmutableArray.CreateBuilder<string>());
        var fields = new ProtoFields(node);
        while (fields.Next())
        {
            if (fields.Number == InputField)
            {
                inputs.Add(Encoding.UTF8.GetString(fields.Content));
            }
            else if (fields.Number == OperatorField)
            {
                kind = Encoding.UTF8.GetString(fields.Content);
            }
        }

        return (kind, inputs.ToImmutable());
    }

    private static (string Name, OnnxTensor Tensor)? Tensor(ReadOnlySpan<byte> tensor)
    {
        const int ShapeField = 1, TypeField = 2, NameField = 8, BytesField = 9;
        var (name, type, shape) = ("", 0UL, ImmutableArray.CreateBuilder<long>());
        ReadOnlySpan<byte> bytes = default;
        var fields = new ProtoFields(tensor);
        while (fields.Next())
        {
            switch (fields.Number)
            {
                case ShapeField when fields.Content.IsEmpty:
                    shape.Add((long)fields.Value);
                    break;
                case ShapeField:
                    var packed = new ProtoFields(fields.Content);
                    shape.AddRange(packed.Varints());
                    break;
                case TypeField:
                    type = fields.Value;
                    break;
                case NameField:
                    name = Encoding.UTF8.GetString(fields.Content);
                    break;
                case BytesField:
                    bytes = fields.Content;
                    break;
                default:
                    break;
            }
        }

        if (type != SinglePrecision)
        {
            return null;
        }

        // Both the format and every machine that runs .NET 10 put the lowest byte first.
        return shape.Aggregate(1L, (product, side) => side is >= 0 and <= int.MaxValue ? Math.Min(int.MaxValue, product * side) : -1) * sizeof(float) == bytes.Length
            ? (name, new OnnxTensor(shape.ToImmutable(), [.. MemoryMarshal.Cast<byte, float>(bytes)]))
            : throw new InvalidDataException($"The numbers of {name} do not fill its shape.");
    }
}

/// <summary>A constant of single precision: its sides, and its numbers with the last side running fastest.</summary>
internal sealed record OnnxTensor(ImmutableArray<long> Shape, ImmutableArray<float> Values);
