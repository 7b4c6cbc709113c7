namespace Framevet.Web.Hosting;

/// <summary>The configuration is not usable; the message says which key and why.</summary>
public sealed class ConfigurationException(string message, Exception? inner = null) : Exception(message, inner);
