using Framevet.Pipeline.Moderation.Backends;
using Framevet.Pipeline.Moderation.Banks;
using Framevet.Pipeline.Webhooks;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Framevet.Pipeline.Moderation;

/// <summary>Registers what moderation needs besides the parts.</summary>
internal static class ModerationServices
{
    /// <summary>Desks and, where the host brings no store, ports in memory.</summary>
    public static IServiceCollection AddModeration(this IServiceCollection services)
    {
        services.TryAddSingleton<IPolicyStore, MemoryPolicyStore>();
        services.TryAddSingleton<PolicyDesk>();
        services.TryAddSingleton<ICallLedger, MemoryCallLedger>();
        services.TryAddSingleton<IHashBank, MemoryHashBank>();
        services.TryAddSingleton<ClipModeration>();
        services.TryAddSingleton<ModerationHttp>();
        services.TryAddSingleton<AwsCredentialSource>(sp => new AwsCredentialChain(sp.GetRequiredService<IOptions<ModerationOptions>>().Value.Rekognition.Region).GetAsync);
        services.TryAddSingleton<BackendTiers>();
        services.TryAddSingleton<CostForecast>();
        services.TryAddSingleton<PolicyTrial>();
        services.TryAddSingleton<BankDesk>();
        services.AddSingleton<IDecisionReader, BankFeeder>();
        services.AddSingleton<IDecisionReader, DecisionNews>();
        services.TryAddSingleton<DecisionFollow>();
        services.TryAddSingleton<WebhookDesk>();
        services.TryAddSingleton<WebhookSender>();
        return services;
    }
}
