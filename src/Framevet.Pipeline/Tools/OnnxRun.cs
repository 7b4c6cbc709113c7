using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Framevet.Pipeline.Tools;

/// <summary>One named tensor on its way into a model: single-precision or whole numbers, row-major.</summary>
public readonly struct OnnxInput
{
    private readonly ReadOnlyMemory<float> _floats;
    private readonly ReadOnlyMemory<long> _longs;
    private readonly long[] _shape;

    /// <summary>Real numbers; models in half precision get them rounded.</summary>
    public OnnxInput(string name, ReadOnlyMemory<float> values, params long[] shape) => (Name, _floats, _shape) = (name, values, shape);

    /// <summary>Whole numbers, e.g. tokens.</summary>
    public OnnxInput(string name, ReadOnlyMemory<long> values, params long[] shape) => (Name, _longs, _shape) = (name, values, shape);

    /// <summary>Name of the model's input.</summary>
    public string Name { get; }

    /// <summary>As the model takes it; null when the model takes another kind of numbers. With an allocator the numbers are copied into its memory.</summary>
    internal OrtValue? ToValue(string type, OrtAllocator? pinned) => type switch
    {
        "float" when !_floats.IsEmpty => Value(_floats, TensorElementType.Float, pinned),
        "float16" when !_floats.IsEmpty => Value<Float16>(Halved(_floats.Span), TensorElementType.Float16, pinned),
        "int64" when !_longs.IsEmpty => Value(_longs, TensorElementType.Int64, pinned),
        "int32" when !_longs.IsEmpty => Value<int>(Narrowed(_longs.Span), TensorElementType.Int32, pinned),
        _ => null,
    };

    private OrtValue Value<T>(ReadOnlyMemory<T> values, TensorElementType type, OrtAllocator? pinned)
        where T : unmanaged
    {
        if (pinned is null)
        {
            return OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, MemoryMarshal.AsMemory(values), _shape);
        }

        var value = OrtValue.CreateAllocatedTensorValue(pinned, type, _shape);
        values.Span.CopyTo(value.GetTensorMutableDataAsSpan<T>());
        return value;
    }

    private static Float16[] Halved(ReadOnlySpan<float> values)
    {
        var halves = new Float16[values.Length];
        TensorPrimitives.ConvertToHalf(values, MemoryMarshal.Cast<Float16, Half>(halves.AsSpan()));
        return halves;
    }

    private static int[] Narrowed(ReadOnlySpan<long> values)
    {
        var narrow = new int[values.Length];
        TensorPrimitives.ConvertChecked(values, narrow);
        return narrow;
    }
}

/// <summary>The outputs of one run, in the model's order. Valid until it is disposed.</summary>
public sealed class OnnxRun : IDisposable
{
    private readonly IDisposableReadOnlyCollection<OrtValue> _outputs;
    private readonly float[]?[] _widened;

    internal OnnxRun(IDisposableReadOnlyCollection<OrtValue> outputs)
    {
        _outputs = outputs;
        _widened = new float[outputs.Count][];
    }

    /// <summary>Shape of an output.</summary>
    public ReadOnlySpan<long> Shape(int output) => _outputs[output].GetTensorTypeAndShape().Shape;

    /// <summary>Numbers of an output, row-major.</summary>
    /// <exception cref="VettingException">ModelMismatch: the output holds no real numbers.</exception>
    public ReadOnlySpan<float> Values(int output)
    {
        var value = _outputs[output];
        switch (value.GetTensorTypeAndShape().ElementDataType)
        {
            case TensorElementType.Float:
                return value.GetTensorDataAsSpan<float>();
            case TensorElementType.Float16:
                return _widened[output] ??= Widened(MemoryMarshal.Cast<Float16, Half>(value.GetTensorDataAsSpan<Float16>()));
            case var other:
                throw new VettingException(FailureCode.ModelMismatch, $"Output {output + 1} of the model holds {other}, not real numbers.");
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _outputs.Dispose();

    private static float[] Widened(ReadOnlySpan<Half> halves)
    {
        var values = new float[halves.Length];
        TensorPrimitives.ConvertToSingle(halves, values);
        return values;
    }
}
