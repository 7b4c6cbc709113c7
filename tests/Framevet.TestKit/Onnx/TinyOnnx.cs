using System.Globalization;
using System.Runtime.InteropServices;

namespace Framevet.TestKit.Onnx;

/// <summary>
/// Makes small ONNX models for tests, node by node (format: onnx.proto, IR version 8, operators of version 17). Free dimensions are -1. Whatever is written runs in the real
/// ONNX Runtime; nothing here checks it.
/// </summary>
public sealed class TinyOnnx
{
    private const int IrVersion = 8;
    private const int Operators = 17;

    private readonly ProtoWriter _graph = new();

    /// <summary>An input of real numbers.</summary>
    public TinyOnnx Input(string name, params int[] shape) => Port(11, name, TinyType.Real, shape);

    /// <summary>An input of another type.</summary>
    public TinyOnnx Input(string name, TinyType type, params int[] shape) => Port(11, name, type, shape);

    /// <summary>An output of real numbers.</summary>
    public TinyOnnx Output(string name, params int[] shape) => Port(12, name, TinyType.Real, shape);

    /// <summary>An output of another type.</summary>
    public TinyOnnx Output(string name, TinyType type, params int[] shape) => Port(12, name, type, shape);

    /// <summary>A constant tensor, row-major.</summary>
    public TinyOnnx Constant(string name, float[] values, params int[] shape) => Constant(name, TinyType.Real, MemoryMarshal.AsBytes(values.AsSpan()), shape);

    /// <summary>A constant tensor in half precision.</summary>
    public TinyOnnx Constant(string name, Half[] values, params int[] shape) => Constant(name, TinyType.Half, MemoryMarshal.AsBytes(values.AsSpan()), shape);

    /// <summary>A constant tensor of whole numbers.</summary>
    public TinyOnnx Constant(string name, long[] values, params int[] shape) => Constant(name, TinyType.Whole, MemoryMarshal.AsBytes(values.AsSpan()), shape);

    /// <summary>An operator. Inputs and outputs are names, several separated by a blank; attributes are numbers (int, float), texts, or lists of int or float.</summary>
    public TinyOnnx Node(string type, string inputs, string outputs, params (string Name, object Value)[] attributes)
    {
        var node = new ProtoWriter();
        foreach (var input in inputs.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            node.Text(1, input);
        }

        foreach (var output in outputs.Split(' '))
        {
            node.Text(2, output);
        }

        node.Text(4, type);
        foreach (var (name, value) in attributes)
        {
            node.Message(5, Attribute(name, value));
        }

        _graph.Message(1, node);
        return this;
    }

    /// <summary>The model's bytes.</summary>
    public byte[] ToBytes()
    {
        _graph.Text(2, "tiny");
        return new ProtoWriter().Number(1, IrVersion).Message(7, _graph).Message(8, new ProtoWriter().Text(1, "").Number(2, Operators)).ToArray();
    }

    /// <summary>Writes the model into a folder and returns its path.</summary>
    public string Save(string folder, string file)
    {
        var path = Path.Combine(folder, file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, ToBytes());
        return path;
    }

    private TinyOnnx Port(int field, string name, TinyType type, int[] shape)
    {
        var dims = new ProtoWriter();
        foreach (var (dim, i) in shape.Select((d, i) => (d, i)))
        {
            dims.Message(1, dim < 0 ? new ProtoWriter().Text(2, string.Create(CultureInfo.InvariantCulture, $"free{i}")) : new ProtoWriter().Number(1, dim));
        }

        _graph.Message(field, new ProtoWriter().Text(1, name).Message(2, new ProtoWriter().Message(1, new ProtoWriter().Number(1, (int)type).Message(2, dims))));
        return this;
    }

    private TinyOnnx Constant(string name, TinyType type, ReadOnlySpan<byte> raw, int[] shape)
    {
        var tensor = new ProtoWriter();
        foreach (var dim in shape)
        {
            tensor.Number(1, dim);
        }

        _graph.Message(5, tensor.Number(2, (int)type).Text(8, name).Bytes(9, raw));
        return this;
    }

    private static ProtoWriter Attribute(string name, object value)
    {
        var attribute = new ProtoWriter().Text(1, name);
        switch (value)
        {
            case int number:
                return attribute.Number(3, number).Number(20, 2);
            case float number:
                return attribute.Single(2, number).Number(20, 1);
            case string text:
                return attribute.Text(4, text).Number(20, 3);
            case int[] numbers:
                Array.ForEach(numbers, n => attribute.Number(8, n));
                return attribute.Number(20, 7);
            case float[] numbers:
                Array.ForEach(numbers, n => attribute.Single(7, n));
                return attribute.Number(20, 6);
            default:
                throw new ArgumentException($"Attribute {name} is a {value.GetType().Name}.", nameof(value));
        }
    }
}

/// <summary>Kinds of numbers, by their codes in onnx.proto.</summary>
public enum TinyType
{
    /// <summary>Single precision.</summary>
    Real = 1,
    /// <summary>Bytes.</summary>
    Octet = 2,
    /// <summary>Whole numbers of 64 bits.</summary>
    Whole = 7,
    /// <summary>Half precision.</summary>
    Half = 10,
}
