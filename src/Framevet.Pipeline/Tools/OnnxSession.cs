using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Framevet.Pipeline.Tools;

/// <summary>
/// One loaded ONNX model. Thread-safe: any number of callers may run it at once. Inputs and outputs are bound, so that single-precision numbers are neither copied on the way in
/// nor out on the processor, and lie in pinned memory for a CUDA card. Models in half precision are fed and read in single precision.
/// </summary>
public sealed class OnnxSession : IDisposable
{
    // How the allocators of processor and card say so.
    private static readonly string[] MemorySigns = ["Failed to allocate memory", "out of memory", "OUT_OF_MEMORY", "bad_alloc", "bad allocation", "Available memory of"];

    private readonly InferenceSession _session;
    private readonly OrtMemoryInfo _outputMemory;
    private readonly OrtAllocator? _pinned;
    private readonly string _file;

    private OnnxSession(InferenceSession session, OnnxProvider provider, string file)
    {
        (_session, Provider, _file) = (session, provider, file);
        Inputs = [.. session.InputNames.Select(n => OnnxPort.Of(n, session.InputMetadata[n]))];
        Outputs = [.. session.OutputNames.Select(n => OnnxPort.Of(n, session.OutputMetadata[n]))];
        if (provider.Name == OnnxProvider.Cuda)
        {
            _outputMemory = new OrtMemoryInfo(OrtMemoryInfo.allocatorCUDA_PINNED, OrtAllocatorType.DeviceAllocator, 0, OrtMemType.CpuOutput);
            _pinned = new OrtAllocator(session, _outputMemory);
        }
        else
        {
            _outputMemory = OrtMemoryInfo.DefaultInstance;
        }
    }

    /// <summary>What computes, and why.</summary>
    public OnnxProvider Provider { get; }

    /// <summary>What goes in.</summary>
    public ImmutableArray<OnnxPort> Inputs { get; }

    /// <summary>What comes out.</summary>
    public ImmutableArray<OnnxPort> Outputs { get; }

    /// <summary>Loads a file, on the first provider that works.</summary>
    /// <exception cref="VettingException">ModelMissing or ModelMismatch, naming the file; ToolMissing without ONNX Runtime's library.</exception>
    public static OnnxSession Open(string path, InferenceOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var file = Path.GetFileName(path);
        if (!File.Exists(path))
        {
            throw new VettingException(FailureCode.ModelMissing, $"The model file {file} is missing.", $"Looked for {path}.");
        }

        string? reason = null;
        foreach (var provider in OnnxProvider.InOrder(options))
        {
            try
            {
                if (OnnxProvider.Missing(provider) is { } missing)
                {
                    reason = missing;
                    continue;
                }

                return Create(path, file, new OnnxProvider(provider, reason is null ? null : $"Models run on the processor: {reason}.", reason is not null && options.Provider == OnnxProvider.Cuda), options);
            }
            catch (Exception trouble) when (trouble is OnnxRuntimeException or EntryPointNotFoundException or DllNotFoundException && provider != OnnxProvider.Cpu)
            {
                reason = $"CUDA does not work here ({FirstLine(trouble)})";
            }
            catch (OnnxRuntimeException trouble)
            {
                throw new VettingException(FailureCode.ModelMismatch, $"The model file {file} cannot be used: {FirstLine(trouble)}.", trouble.Message, trouble);
            }
            catch (Exception trouble) when (trouble is DllNotFoundException or TypeInitializationException)
            {
                throw new VettingException(FailureCode.ToolMissing, "The library of ONNX Runtime is not there or does not fit this machine.", trouble.Message, trouble);
            }
        }

        throw new InvalidOperationException("The processor is always tried.");
    }

    /// <summary>Runs the model once. The inputs must be all that it has; their memory must not change meanwhile. The caller disposes the answer.</summary>
    /// <exception cref="VettingException">ModelMismatch: the model does not take these inputs, or fails in itself.</exception>
    /// <exception cref="InferenceMemoryException">Not enough memory for this much at once.</exception>
    public OnnxRun Run(params ReadOnlySpan<OnnxInput> inputs)
    {
        var values = new List<OrtValue>(inputs.Length);
        using var binding = _session.CreateIoBinding();
        try
        {
            foreach (var input in inputs)
            {
                var port = Inputs.FirstOrDefault(p => p.Name == input.Name) ?? throw Fault($"has no input '{input.Name}'");
                var value = input.ToValue(port.Type, _pinned) ?? throw Fault($"takes {port.Type} as '{input.Name}', which is not supported");
                values.Add(value);
                binding.BindInput(input.Name, value);
            }

            foreach (var output in Outputs)
            {
                binding.BindOutputToDevice(output.Name, _outputMemory);
            }

            using var how = new RunOptions();
            _session.RunWithBinding(how, binding);
            return new OnnxRun(binding.GetOutputValues());
        }
        catch (OnnxRuntimeException trouble) when (IsMemory(trouble))
        {
            throw new InferenceMemoryException($"The model {_file} needs more memory than there is.", trouble);
        }
        catch (OnnxRuntimeException trouble)
        {
            throw new VettingException(FailureCode.ModelMismatch, $"The model {_file} failed: {FirstLine(trouble)}.", trouble.Message, trouble);
        }
        finally
        {
            values.ForEach(v => v.Dispose());
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _session.Dispose();
        _pinned?.Dispose();
        if (_pinned is not null)
        {
            _outputMemory.Dispose();
        }
    }

    internal static bool IsMemory(Exception trouble) =>
        MemorySigns.Any(sign => trouble.Message.Contains(sign, StringComparison.OrdinalIgnoreCase));

    private static OnnxSession Create(string path, string file, OnnxProvider provider, InferenceOptions options)
    {
        using var settings = OnnxProvider.Settings(provider.Name, options);
        return new OnnxSession(new InferenceSession(path, settings), provider, file);
    }

    // "[ErrorCode:InvalidProtobuf] Load model from /a/b/c.onnx failed:Protobuf parsing failed." without place and code.
    private static string FirstLine(Exception trouble)
    {
        var line = trouble.Message.Split('\n')[0].Trim();
        line = line.StartsWith('[') && line.IndexOf(']') is > 0 and var end ? line[(end + 1)..].Trim() : line;
        line = line.StartsWith("Load model from ", StringComparison.Ordinal) && line.IndexOf(" failed:", StringComparison.Ordinal) is > 0 and var failed ? line[(failed + " failed:".Length)..].Trim() : line;
        return line.Length > 200 ? line[..200] + "…" : line.TrimEnd('.');
    }

    private VettingException Fault(string what) => new(FailureCode.ModelMismatch, $"The model {_file} {what}.");
}

/// <summary>One named input or output. <paramref name="Shape"/>: -1 = free. <paramref name="Type"/> as ONNX calls it, e.g. <c>float</c>, <c>float16</c>, <c>int64</c>.</summary>
public sealed record OnnxPort(string Name, ImmutableArray<int> Shape, string Type)
{
    /// <summary>Written for people: <c>[N, 3, 224, 224]</c>.</summary>
    public string ShapeText => $"[{string.Join(", ", Shape.Select(d => d < 0 ? "N" : d.ToString(System.Globalization.CultureInfo.InvariantCulture)))}]";

    internal static OnnxPort Of(string name, NodeMetadata node) =>
        node.IsTensor ? new(name, ImmutableCollectionsMarshal.AsImmutableArray((int[])node.Dimensions.Clone()), Word(node.ElementDataType)) : new(name, [], "other");

    private static string Word(TensorElementType type) => type switch
    {
        TensorElementType.Float => "float",
        TensorElementType.Float16 => "float16",
        TensorElementType.Int64 => "int64",
        TensorElementType.Int32 => "int32",
        _ => type.ToString().ToLowerInvariant(),
    };
}

/// <summary>There is not enough memory to run this many frames at once; fewer may do.</summary>
public sealed class InferenceMemoryException(string message, Exception? inner = null) : Exception(message, inner);
