using Framevet.Pipeline.Models;
using Framevet.Pipeline.Tools;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Framevet.Pipeline.Scoring.Onnx;

/// <summary>Registers what runs models.</summary>
public static class InferenceServices
{
    /// <summary>Singletons, thread-safe. Options come from the section <c>Inference</c>, checked at start. Nothing is loaded before a part needs it.</summary>
    public static IServiceCollection AddInference(this IServiceCollection services)
    {
        services.AddOptions<InferenceOptions>().BindConfiguration(InferenceOptions.Section, o => o.ErrorOnUnknownConfiguration = true).ValidateDataAnnotations().ValidateOnStart();
        services.AddModels();
        services.TryAddSingleton<OnnxModels>();
        services.TryAddSingleton<FaceReferences>();
        return services;
    }
}
