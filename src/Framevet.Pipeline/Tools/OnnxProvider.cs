using Microsoft.ML.OnnxRuntime;

namespace Framevet.Pipeline.Tools;

/// <summary>
/// What computes a model. <paramref name="Name"/>: <c>cuda</c> or <c>cpu</c>; <paramref name="Reason"/>: one sentence on why it is not the one that was preferred, null when it is;
/// <paramref name="IsSecondBest"/>: the settings ask for another one by name.
/// </summary>
public sealed record OnnxProvider(string Name, string? Reason = null, bool IsSecondBest = false)
{
    /// <summary>A CUDA card.</summary>
    public const string Cuda = "cuda";

    /// <summary>The processor.</summary>
    public const string Cpu = "cpu";

    private const string CudaKey = "CUDAExecutionProvider";

    // What would otherwise be written to the error stream is in the exceptions, too.
    private static readonly Lazy<string[]> Available = new(() =>
    {
        var environment = new EnvironmentCreationOptions { logId = "framevet", logLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL };
        var env = OrtEnv.IsCreated ? OrtEnv.Instance() : OrtEnv.CreateInstanceWithOptions(ref environment);
        env.DisableTelemetryEvents();
        return env.GetAvailableProviders();
    });

    /// <summary>Providers to try, the preferred one first; the processor last.</summary>
    internal static string[] InOrder(InferenceOptions options) => options.Provider == Cpu ? [Cpu] : [Cuda, Cpu];

    /// <summary>Why this build cannot have the provider at all; null when it may.</summary>
    internal static string? Missing(string provider) =>
        provider == Cpu || Available.Value.Contains(CudaKey) ? null : "this build carries ONNX Runtime for the processor only (build with OnnxRuntime=gpu for CUDA cards)";

    /// <summary>Settings of a session on the provider. The caller disposes.</summary>
    /// <exception cref="OnnxRuntimeException">The provider's libraries or the card are not there.</exception>
    internal static SessionOptions Settings(string provider, InferenceOptions options)
    {
        _ = Available.Value;
        var settings = new SessionOptions
        {
            GraphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_ALL,
            ExecutionMode = ExecutionMode.ORT_SEQUENTIAL,

            // On the processor whole pieces run beside each other instead (LoadedModel).
            IntraOpNumThreads = provider == Cpu ? 1 : options.ThreadsOrDefault,
            InterOpNumThreads = 1,
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL,
        };
        try
        {
            // Threads that wait for work must not keep the decoder from its processor.
            settings.AddSessionConfigEntry("session.intra_op.allow_spinning", "0");
            if (provider == Cuda)
            {
                settings.AppendExecutionProvider_CUDA(options.CudaDevice);
            }

            return settings;
        }
        catch
        {
            settings.Dispose();
            throw;
        }
    }

    /// <summary>ONNX Runtime's version, and what it can compute with in this build.</summary>
    internal static (string Version, string[] Providers) Facts() => (OrtEnv.IsCreated || Available.Value.Length > 0 ? OrtEnv.Instance().GetVersionString() : "", Available.Value);
}
