// A class by node-addon-api, and nothing that is particular about it.

#include <napi.h>

class Counter : public Napi::ObjectWrap<Counter> {
public:
  static Napi::Function define(Napi::Env env) {
    return DefineClass(env, "Counter", {InstanceMethod("value", &Counter::value)});
  }

  Counter(const Napi::CallbackInfo &info)
      : Napi::ObjectWrap<Counter>(info), count(info[0].As<Napi::Number>().Int32Value()) {}

#ifdef WITH_FINALIZE
  void Finalize(Napi::Env) override {}
#endif

private:
  Napi::Value value(const Napi::CallbackInfo &info) { return Napi::Number::New(info.Env(), count); }

  int count;
};

Napi::Object initialize(Napi::Env env, Napi::Object exports) {
  exports.Set("Counter", Counter::define(env));
  return exports;
}

NODE_API_MODULE(counter, initialize)
