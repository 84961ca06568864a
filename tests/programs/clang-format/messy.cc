// A queue of jobs with priorities, written by somebody without a formatter.
#include <vector>
#include   <algorithm>
#include <memory>
#include<string>
#include "messy.h"
#include <map>
namespace   jobs { namespace detail
{
template<typename T,typename=std::enable_if_t<std::is_integral_v<T>>> constexpr T clamp ( T v,T lo,T hi ) noexcept{return v<lo?lo:v>hi?hi:v;}
enum class State:unsigned char{Waiting,Running=3,Done
,Failed};
 }
class Job : public std::enable_shared_from_this<Job>,private Countable<Job>{
public:
explicit Job(std::string name,int priority=0,std::chrono::milliseconds limit=std::chrono::milliseconds{250}):name_(std::move(name)),priority_{detail::clamp(priority,-10,10)},limit_(limit){}
  virtual ~Job()=default; Job(const Job&)=delete;   Job& operator=(const Job&)=delete;
	[[nodiscard]] auto name()const->const std::string&{return name_;}
    bool operator<(const Job&other)const{ return priority_<other.priority_||(priority_==other.priority_&&name_<other.name_); }
  virtual void run()=0;
protected: detail::State state_=detail::State::Waiting;
 private:
std::string name_;int priority_; std::chrono::milliseconds limit_;
friend std::ostream&operator<<(std::ostream&,const Job&);
};

template<class...Args>void log(const char*format,Args&&...args){std::fprintf(stderr,format,std::forward<Args>(args)...);}

#define FOR_EACH_STATE(X)  X(Waiting) X(Running) \
   X(Done) X(Failed)

#ifdef  NDEBUG
# define CHECK(x)
#else
#define CHECK(x) do{if(!(x)){log("%s:%d: %s\n",__FILE__,__LINE__,#x);std::abort();}}while(0)
#endif

static const std::map<std::string,std::vector<int>>table={{"first",{1,2,3}},{"second",{}},{"a rather long key so that the line has to break",{100,200,300,400,500,600}}};

/**   A comment that is much too long for one line and will have to be broken somewhere by the formatter because of the limit.
 * @param queue   the queue */
int drain(std::vector<std::shared_ptr<Job>>&queue,const std::function<bool(const Job&)>&wanted,std::size_t*const count,unsigned   long long deadline)
{
  std::sort(queue.begin(),queue.end(),[](const auto&a,const auto&b){return*a<*b;});
  for(auto it=queue.begin();it!=queue.end();)
    {
    if(!wanted(**it)){++it;continue;} else if((*it)->name().empty()) throw std::invalid_argument("a job without a name, which cannot be, since the constructor"" refuses it");
    try{(*it)->run();}catch(const std::exception&e){log("%s failed: %s\n",(*it)->name().c_str(),e.what());}catch(...){ throw ; }
    switch((*it)->priority()){case 0:case 1:++*count;break;
      case 2:{ *count+=2;
 break;}
    default:
      goto next;}
next:
    it=queue.erase(it);
  }
  auto total=std::accumulate(queue.begin(),queue.end(),0,[&](int sum,const std::shared_ptr<Job>&job)->int{ if(job==nullptr)return sum;
     return sum+job->cost()*2+(sum>1000?sum/2:sum*3)-static_cast<int>(deadline&0xff)+someOtherFunctionWithALongName(job,sum); });
  while(total-->0)if(queue.empty())break;else queue.pop_back();
  do--total;while(total>0);
  int*p=new int[3]{1,2,3},&r=*p,**pp=&p; delete[]p; unsigned x=r<<2|1&~3,y=-x+ +x; bool b=!x&&!y||x==y;
  return b?static_cast<int>(x):y?1:0;
}
template<>struct Traits<Job>{using type=Job;static constexpr bool value=true;template<int N>using array=type*[N];};
auto operator""_ms(unsigned long long v){return std::chrono::milliseconds(v);}
extern "C"{int c_function(void);  }
template<typename T>concept Runnable=requires(T t){{t.run()}->std::same_as<void>;typename T::type;};
template<typename T>requires Runnable<T>auto start(T&&t)->decltype(auto){co_await t;co_return co_yield 1;}
const char*text=R"(raw   text
   stays)";
struct alignas(16)Packed{unsigned a:3;unsigned bcd:12;double    value=1.0e-3,other{.5};char name[16]="abc";}__attribute__((packed));
}   // namespace jobs
