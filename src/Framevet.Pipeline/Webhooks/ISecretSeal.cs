namespace Framevet.Pipeline.Webhooks;

/// <summary>Encrypts what must be kept readable for the server alone. Thread-safe.</summary>
public interface ISecretSeal
{
    /// <summary>The text, readable again only for the same owner.</summary>
    string Seal(string owner, string text);

    /// <summary>What was sealed for the owner; null when this server's keys do not open it.</summary>
    string? Open(string owner, string sealedText);
}
